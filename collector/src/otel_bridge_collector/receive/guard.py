"""The door of an HTTP port: who may not ask is answered here, and the application runs for who may. It knows no endpoint.

The application behind it sees the caller as `access.current_access`, and reaches stores only through it.
"""

from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from otel_bridge_collector.access import NOBODY, ROOM, asking
from otel_bridge_collector.errors import CollectorError, ForbiddenError, OverloadedError, UnauthenticatedError
from otel_bridge_collector.metrics.catalog import REFUSED_REQUESTS
from otel_bridge_collector.metrics.reason import reason_of
from otel_bridge_collector.receive.admission import Admission, Hold
from otel_bridge_collector.receive.auth import Authenticator
from otel_bridge_collector.receive.fault import Fault, fault_of
from otel_bridge_collector.receive.rules import Rules
from otel_bridge_collector.telemetry import Counters

Refuse = Callable[[Request, Fault], Response]
"""Makes the answer to a request that is refused, in the words of its protocol."""

_REFUSALS: Final = (UnauthenticatedError, ForbiddenError, OverloadedError)


class Guard:
    """An ASGI application that passes on the requests of those who may make them."""

    def __init__(
        self,
        app: ASGIApp,
        authenticator: Authenticator,
        rules: Rules,
        refuse: Refuse,
        admission: Admission,
        counters: Counters | None = None,
    ) -> None:
        self._app = app
        self._counters = counters
        self._admission = admission
        self._authenticator = authenticator
        self._rules = rules
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; the arguments are ASGI's."""
        request = Request(scope)
        try:
            need = self._rules.need(scope)
            access = NOBODY
            if need is not None:
                address = request.client.host if request.client else ""
                access = self._authenticator.access_of(request.headers.get("authorization"), address=address)
                if need and not access.may(need):
                    wanted = " or ".join(sorted(need))
                    raise ForbiddenError(
                        f"this needs a key with the scope {wanted}, and this one has {_listed(access.scopes)}"
                    )
        except _REFUSALS as error:
            await self._answer(request, error)(scope, receive, send)
            return
        with asking(access), self._admission.hold(access.name) as hold:
            scope[ROOM] = hold
            if self._rules.streams(scope):
                await self._app(scope, receive, send)
                return
            try:
                # All at once, since requests that each hold a part of their room would wait for one another.
                await hold.grow(declared := min(_declared(request), self._admission.max_bytes // 2))
            except OverloadedError as error:
                await self._answer(request, error)(scope, receive, send)
                return
            await self._app(scope, _Counted(receive, hold, declared).receive, send)

    def _answer(self, request: Request, error: CollectorError) -> Response:
        if self._counters:
            self._counters.add(REFUSED_REQUESTS, 1, "http", reason_of(error))
        response = self._refuse(request, fault_of(error))
        if isinstance(error, UnauthenticatedError):
            response.headers["www-authenticate"] = 'Bearer realm="otel-bridge"'
        return response


class _Counted:
    """Receives messages for which there is room: what was declared has some already."""

    def __init__(self, receive: Receive, hold: Hold, declared_bytes: int) -> None:
        self._receive = receive
        self._hold = hold
        self._free_bytes = declared_bytes

    async def receive(self) -> Message:
        message = await self._receive()
        size_bytes = len(message.get("body", b""))
        await self._hold.grow(max(0, size_bytes - self._free_bytes))
        self._free_bytes = max(0, self._free_bytes - size_bytes)
        return message


def _declared(request: Request) -> int:
    text = request.headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdecimal() else 0


def _listed(scopes: frozenset[str]) -> str:
    return ", ".join(sorted(scopes)) or "none"
