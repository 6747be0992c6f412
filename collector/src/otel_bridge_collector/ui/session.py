"""Who looks at the page: a key that was shown once, and a cookie that stands for it from then on.

The cookie is good for the page alone: no endpoint of the API takes it, so no form of another origin can use it there.
The key is looked up anew for each request, so one that is revoked ends its sessions at once. Sessions are kept in memory:
they end with the process.
"""

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

SESSION_COOKIE: Final = "otel_bridge_session"
SESSION_S: Final = 12 * 3600
MAX_SESSIONS: Final = 1000
MAX_OF_A_KEY: Final = 20
"""Beyond either the one that began first ends, of all or of the key."""

_BYTES: Final = 32
_ROOTS: Final = frozenset({"", "app", "ui"})


def is_page(path: str) -> bool:
    """Tell whether a path belongs to the page."""
    return path.strip("/").partition("/")[0] in _ROOTS


@dataclass(frozen=True, slots=True)
class _Session:
    key: str
    until_s: float


class Sessions:
    """The browsers that have shown a key; for one event loop."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._sessions: OrderedDict[str, _Session] = OrderedDict()

    def begin(self, key: str) -> str:
        """Return the secret of a new session for a key, which is known to be valid."""
        of_key = [token for token, session in self._sessions.items() if session.key == key]
        if len(of_key) >= MAX_OF_A_KEY:
            self.end(of_key[0])
        token = secrets.token_urlsafe(_BYTES)
        self._sessions[token] = _Session(key, self._now_s() + SESSION_S)
        if len(self._sessions) > MAX_SESSIONS:
            self._sessions.popitem(last=False)
        return token

    def end(self, token: str) -> None:
        """End a session, where there is one."""
        self._sessions.pop(token, None)

    def key_of(self, token: str) -> str | None:
        """Return the key of a session; None where there is none, or none any more."""
        session = self._sessions.get(token)
        if session and session.until_s <= self._now_s():
            self.end(token)
            return None
        return session.key if session else None


class SessionKeys:
    """An ASGI application that passes requests for the page on with the key that their cookie stands for."""

    def __init__(self, app: ASGIApp, sessions: Sessions) -> None:
        self._app = app
        self._sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; the arguments are ASGI's."""
        headers = Headers(scope=scope)
        if is_page(scope["path"]) and "authorization" not in headers:
            key = self._sessions.key_of(HTTPConnection(scope).cookies.get(SESSION_COOKIE, ""))
            if key is not None:
                shown = (b"authorization", f"Bearer {key}".encode())
                scope = {**scope, "headers": [*scope["headers"], shown]}
        await self._app(scope, receive, send)


def keep_session(request: Request, response: Response, token: str) -> None:
    """Let a browser keep the secret of a session where no script can read it."""
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=SESSION_S,
        httponly=True,
        # A link from elsewhere, which only shows a page, comes with the session; a form from elsewhere does not.
        samesite="lax",
        secure=request.url.scheme == "https",
    )
