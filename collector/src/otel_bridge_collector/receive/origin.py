"""A web page of another origin gets nothing from an HTTP port, and cannot write to it blindly either, unless it is on a list.

Browsers send the page's origin with every request that changes something, and with every one that a page of another origin may
read. A page needs no key where none is needed, so it is refused by its origin. Programs send none.

Source: the Fetch standard, "CORS protocol". No answer allows credentials: keys and tokens are sent on purpose, and a browser adds
none by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SHOWN: Final = 200
_HEADERS: Final = (
    "authorization", "baggage", "content-encoding", "content-type", "traceparent", "tracestate", "x-bt-parent",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """The pages of other origins that may ask.

    Attributes:
        origins: of theirs, as browsers write them.
        paths: what they may ask for, by POST.
        headers: what they may send beside the usual ones, in lower case.
        max_age_s: how long a browser may go by the answer.
    """

    origins: frozenset[str] = frozenset()
    paths: frozenset[str] = frozenset()
    headers: tuple[str, ...] = ()
    max_age_s: int = 0

    def allows(self, origins: list[str], path: str) -> bool:
        """Tell whether a page may ask for a path."""
        return len(origins) == 1 and origins[0] in self.origins and path in self.paths


class SameOriginOnly:
    """An ASGI application that passes a request on unless a page of another origin makes it that is not on the list."""

    def __init__(self, app: ASGIApp, allowed: Allowed | None = None) -> None:
        self._app = app
        self._allowed = allowed or Allowed()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; the arguments are ASGI's."""
        headers = Headers(scope=scope)
        origins, host = headers.getlist("origin"), headers.get("host", "").lower()
        if all(_host_of(origin) == host for origin in origins):
            await self._app(scope, receive, send)
        elif self._allowed.allows(origins, scope["path"]):
            await self._answer_page(origins[0], headers, scope, receive, send)
        else:
            await _refusal(", ".join(origins))(scope, receive, send)

    async def _answer_page(
        self, origin: str, headers: Headers, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            await Response(status_code=HTTPStatus.NO_CONTENT, headers=self._preflight(origin, headers))(
                scope, receive, send
            )
            return

        async def send_to_page(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_for_page(origin))
            await send(message)

        await self._app(scope, receive, send_to_page)

    def _preflight(self, origin: str, asked: Headers) -> Mapping[str, str]:
        answer = {
            **_for_page(origin),
            "access-control-allow-methods": "POST",
            "access-control-allow-headers": ", ".join((*_HEADERS, *self._allowed.headers)),
            "access-control-max-age": str(self._allowed.max_age_s),
        }
        if asked.get("access-control-request-private-network") == "true":
            # A page of the internet that may ask a port of this machine or network.
            answer["access-control-allow-private-network"] = "true"
        return answer


def _for_page(origin: str) -> Mapping[str, str]:
    return {
        "access-control-allow-origin": origin,
        "access-control-expose-headers": "retry-after",
        "vary": "origin",
    }


def _host_of(origin: str) -> str:
    """Return host and port of `https://HOST:PORT`; of `null`, which sandboxed pages send, what no host is."""
    return origin.lower().partition("://")[2] or "null"


def _refusal(origins: str) -> JSONResponse:
    message = (
        f"a page of {origins[:_SHOWN]!r} asked for this, and only pages of this address may: send from a program, or"
        " through a server of your own, or name the page's origin in cors.allowed_origins, which is for feedback with a token"
        " and OTLP over HTTP"
    )
    return JSONResponse(
        {"Message": message, "error": message, "code": "originNotAllowed"}, status_code=HTTPStatus.FORBIDDEN
    )
