"""A form that came when its session was over: the page that asks for a key keeps what was typed, and it is sent after that.

It is kept in the pages alone, never by the sidecar: in the form that asks for a key, then in the one that sends it again.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeAlias
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.ui.form import form_bytes, read_fields

Fields: TypeAlias = Sequence[tuple[str, str]]

LOGIN_BYTES: Final = 512 << 10
"""Of the form that asks for a key, with a form that is kept in it."""

_ENTRANCE: Final = ("/ui/login", "/ui/logout")
_KEPT_BYTES: Final = 256 << 10
_SPARE_BYTES: Final = 8 << 10


class Late(Response):
    """An answer that is made once the body of a request has been read; headers that it is given go with it."""

    def __init__(self, answer: Callable[[Request], Awaitable[Response]]) -> None:
        super().__init__()
        del self.headers["content-length"]
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; the arguments are ASGI's."""
        answer = await self._answer(Request(scope, receive))
        answer.raw_headers += self.raw_headers
        await answer(scope, receive, send)


async def kept_of(request: Request) -> str:
    """Return the form of a request as one text; empty where it is too large for that, or came from no page of ours."""
    try:
        fields = await read_fields(request, max_bytes=_KEPT_BYTES)
    except RequestError:
        return ""
    kept = urlencode(fields)
    return kept if form_bytes(kept) < LOGIN_BYTES - _SPARE_BYTES else ""


def fields_of_kept(kept: str) -> Fields:
    """Return the fields of a form that was kept, in their order."""
    return parse_qsl(kept, keep_blank_values=True)


def may_be_sent(action: str) -> bool:
    """Tell whether a path is one that forms of ours are sent to."""
    return action.startswith(("/ui/", "/app/")) and action not in _ENTRANCE and action.isprintable()
