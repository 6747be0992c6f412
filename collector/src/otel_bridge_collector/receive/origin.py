"""A web page of another origin gets nothing from an HTTP port, and cannot write to it blindly either.

Browsers send the page's origin with every request that changes something, and with every one that a page of another origin may
read. A page needs no key where none is needed, so it is refused by its origin. Programs send none.
"""

from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_SHOWN: Final = 200


class SameOriginOnly:
    """An ASGI application that passes a request on unless a page of another origin makes it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; the arguments are ASGI's."""
        headers = Headers(scope=scope)
        origins, host = headers.getlist("origin"), headers.get("host", "").lower()
        if all(_host_of(origin) == host for origin in origins):
            await self._app(scope, receive, send)
        else:
            await _refusal(", ".join(origins))(scope, receive, send)


def _host_of(origin: str) -> str:
    """Return host and port of `https://HOST:PORT`; of `null`, which sandboxed pages send, what no host is."""
    return origin.lower().partition("://")[2] or "null"


def _refusal(origins: str) -> JSONResponse:
    message = (
        f"a page of {origins[:_SHOWN]!r} asked for this, and only pages of this address may: send from a program, or"
        " through a server of your own"
    )
    return JSONResponse(
        {"Message": message, "error": message, "code": "originNotAllowed"}, status_code=HTTPStatus.FORBIDDEN
    )
