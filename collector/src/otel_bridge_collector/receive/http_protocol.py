"""The limits of an HTTP connection that no application sees: how long a head and an answer may take, and how large a head may be.

uvicorn has none of them: it waits for ever for the end of a head, for the next byte of one, and for a client that does not read.
"""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES: Final = 64 << 10
MAX_CONNECTIONS: Final = 1_000
"""Of one port; one more is closed at once."""

HEAD_TIMEOUT_S: Final = 10.0
"""From the start of a connection, and from the first byte of a later head, to its end."""

KEEP_ALIVE_S: Final = 75
"""How long a connection may be idle after an answer. SDKs send every 5 s: whoever hangs up after as long cuts what is just sent."""

READ_TIMEOUT_S: Final = 30.0
"""How long a client may read nothing of what waits for it."""

_TOO_LARGE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
)


class BoundedHttpProtocol(HttpToolsProtocol):
    """uvicorn's protocol with limits; a connection beyond one of them ends."""

    head_timeout_s = HEAD_TIMEOUT_S
    read_timeout_s = READ_TIMEOUT_S
    max_connections = MAX_CONNECTIONS

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._head_bytes = 0
        self._awaits_head = False
        self._ended_here = False
        self._head_timer: asyncio.TimerHandle | None = None
        self._read_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Take a connection, unless there are too many."""
        super().connection_made(transport)
        if len(self.connections) > self.max_connections:
            transport.abort()
        else:
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timers."""
        self._stop_timers()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; what comes before the end of a head is part of it."""
        self._ended_here = False
        super().data_received(data)
        # What came behind the end of another request is, but for a part that nobody counts, that request's body.
        if self._awaits_head and not self._ended_here:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
                self.transport.write(_TOO_LARGE)
                self.transport.close()

    def on_message_begin(self) -> None:
        """Begin to count; what is left of an earlier body is no head."""
        self._awaits_head = True
        self._head_bytes = 0
        if self._is_free():
            self._await_head()
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """Note that some of what came just now is no part of the next head."""
        self._ended_here = True
        super().on_message_complete()

    def on_headers_complete(self) -> None:
        """Begin to answer; how long the body may take is for `receive.patience` to say."""
        self._awaits_head = False
        if self._head_timer:
            self._head_timer.cancel()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """Wait for the next request as long as uvicorn does, for one that has begun no longer than for any head."""
        super().on_response_complete()
        if self._awaits_head and self._is_free():
            self._await_head()

    def pause_writing(self) -> None:
        """Give a client that reads nothing some time."""
        super().pause_writing()
        self._read_timer = self.loop.call_later(self.read_timeout_s, self._abort)

    def resume_writing(self) -> None:
        """Go on, since the client reads."""
        if self._read_timer:
            self._read_timer.cancel()
        super().resume_writing()

    def _is_free(self) -> bool:
        """Tell whether everything that came is answered; until then nothing is read at times."""
        return not self.cycle or self.cycle.response_complete

    def _await_head(self) -> None:
        if self._head_timer:
            self._head_timer.cancel()
        self._head_timer = self.loop.call_later(self.head_timeout_s, self._abort)

    def _stop_timers(self) -> None:
        for timer in (self._head_timer, self._read_timer):
            if timer:
                timer.cancel()

    def _abort(self) -> None:
        # Not closed: that would wait until the client has read what waits for it.
        self.transport.abort()
