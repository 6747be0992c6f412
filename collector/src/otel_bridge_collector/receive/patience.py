"""How long a request body may take to come: a sender that is too slow is answered 408, and its connection ends.

A body has some seconds to begin and to go on, and beyond them a second for each `SLOWEST_BYTES_PER_S` that came. How long heads
and answers may take, `receive.http_protocol` says.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from otel_bridge_collector.errors import SlowRequestError

SLOWEST_BYTES_PER_S: Final = 32 << 10


def too_slow(received_bytes: int, passed_s: float) -> SlowRequestError:
    """Return the error of a body of which so much came in so many seconds."""
    return SlowRequestError(f"the body came too slowly: {received_bytes} bytes in {passed_s:.0f} s")


class Patience:
    """An ASGI application that waits for a body no longer than it may take."""

    def __init__(
        self, app: ASGIApp, *, timeout_s: float, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        """Pass requests on to `app`.

        Args:
            app: sees `SlowRequestError` when it reads a body that is too slow.
            timeout_s: how long a sender may be silent, and what every body has on top of its size.
            now_s: seconds of a clock that never goes back.
        """
        self._app = app
        self._timeout_s = timeout_s
        self._now_s = now_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; the arguments are ASGI's."""
        body = _Body(receive, self._timeout_s, self._now_s)

        async def send_and_close(message: Message) -> None:
            if message["type"] == "http.response.start" and body.is_late:
                # What is left of the body is not waited for.
                message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
            await send(message)

        await self._app(scope, body.receive, send_and_close)


class _Body:
    def __init__(self, receive: Receive, timeout_s: float, now_s: Callable[[], float]) -> None:
        self._receive = receive
        self._timeout_s = timeout_s
        self._now_s = now_s
        self._start_s = now_s()
        self._received_bytes = 0
        self._is_whole = False
        self.is_late = False

    async def receive(self) -> Message:
        if self._is_whole:
            return await self._receive()  # the end of the connection may take as long as it likes
        left_s = self._time_left_s()
        if left_s <= 0:
            raise self._late()
        try:
            async with asyncio.timeout(left_s):
                message = await self._receive()
        except TimeoutError as error:
            raise self._late() from error
        self._received_bytes += len(message.get("body", b""))
        self._is_whole = message["type"] != "http.request" or not message.get("more_body", False)
        return message

    def _late(self) -> SlowRequestError:
        self.is_late = True
        return too_slow(self._received_bytes, self._now_s() - self._start_s)

    def _time_left_s(self) -> float:
        allowed_s = self._timeout_s + self._received_bytes / SLOWEST_BYTES_PER_S
        return min(self._timeout_s, self._start_s + allowed_s - self._now_s())
