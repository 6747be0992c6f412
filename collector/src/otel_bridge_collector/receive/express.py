"""The short way of a request that comes all the time: its body is read into one buffer, and no application stands between.

Each connection begins here. What is out of the ordinary in a head - another method, chunks, the page of an origin, half a head - or
finds no `Express` that takes it - another path, no valid key, no room - goes the plain way (`http_protocol`), with its connection and
before anything of it was taken. So the limits of heads, the refusals and every other endpoint stand in one place, there.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, NamedTuple, Protocol

import httptools
from uvicorn.server import ServerState

from otel_bridge_collector.receive.http_protocol import KEEP_ALIVE_S, BoundedHttpProtocol
from otel_bridge_collector.receive.lane import Lane, Terms
from otel_bridge_collector.receive.patience import SLOWEST_BYTES_PER_S

logger = logging.getLogger(__name__)

FRONT_BYTES: Final = 64 << 10
"""What is read at once before a body is known: its head and what came with it."""

_END_OF_HEAD: Final = b"\r\n\r\n"
_NOT_ORDINARY: Final = frozenset({b"transfer-encoding", b"expect", b"origin", b"upgrade"})
_STATUS_LINES: Final = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus
}
_LOOK_S: Final = 1.0
"""How often a connection is looked at: no limit is exact to less."""


class Head(NamedTuple):
    """The head of an ordinary request: POST, HTTP/1.1, a body of a known length, each header once.

    Attributes:
        url: as it was sent.
        headers: by their names in lower case.
        body_bytes: the length of the body.
    """

    url: bytes
    headers: Mapping[bytes, bytes]
    body_bytes: int

    def text(self, name: bytes) -> str | None:
        """Return a header as text; None where there is none."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")


class Answer(NamedTuple):
    """What is answered.

    Attributes:
        headers: without length and date.
    """

    status: int
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes


class Begun(Protocol):
    """A request that was let in, and holds room for its body until it was answered or abandoned."""

    async def answer(self, body: bytes) -> Answer:
        """Return the answer to the whole request."""
        ...

    def too_slow(self, received_bytes: int, passed_s: float) -> Answer:
        """Return the answer to a request whose body did not come in time, and give its room back."""
        ...

    def terms(self) -> Terms | None:
        """Return, after an answer, what is known of requests like it; None where each has to be asked for."""
        ...

    def abandon(self) -> None:
        """Give its room back: it will never be whole."""
        ...


class Express(Protocol):
    """Takes requests; `receive.otlp_express.OtlpExpress` does."""

    @property
    def timeout_s(self) -> float:
        """How long a sender may be silent within a body."""
        ...

    def begin(self, head: Head, address: str) -> Begun | None:
        """Let a request in, and take room for its body; None for one that has to go the plain way."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """What the connections of one port share; for one event loop.

    Attributes:
        express: takes requests.
        takes_host: whether a Host header is one of this port's.
        plain: makes the protocol of the plain way.
        state: uvicorn's, which knows connections and running requests.
        lane: serves connections of steady senders; None where all of them are served here.
        front: where reads begin; a loop reads from one connection at a time.
    """

    express: Express
    takes_host: Callable[[str], bool]
    plain: Callable[[], asyncio.Protocol]
    state: ServerState
    lane: Lane | None = None
    front: memoryview = field(default_factory=lambda: memoryview(bytearray(FRONT_BYTES)))


class _Body:
    """A body on its way in."""

    def __init__(self, begun: Begun, size_bytes: int, now_s: float) -> None:
        self.begun = begun
        self.start_s = self.last_s = now_s
        self.received_bytes = 0
        self.content = bytearray(size_bytes)
        self._view = memoryview(self.content)

    def rest(self) -> memoryview:
        return self._view[self.received_bytes :]

    def late(self, now_s: float, timeout_s: float) -> bool:
        """Tell whether it came too slowly, by the rule of `receive.patience`."""
        allowed_s = timeout_s + self.received_bytes / SLOWEST_BYTES_PER_S
        return now_s - self.last_s > timeout_s or now_s - self.start_s > allowed_s


class ExpressConnection(asyncio.BufferedProtocol):
    """One connection, as long as its requests are ordinary.

    Attributes:
        transport: for whoever has to hang up; uvicorn's connections have one too.
    """

    transport: asyncio.Transport

    def __init__(self, port: Port, came: bytes = b"", *, is_slow: bool = False) -> None:
        """Serve a connection.

        Args:
            port: where it is.
            came: what was read of it before.
            is_slow: whether its sender is too slow for the lane.
        """
        self._came = came
        self._head = b""
        self._began_s = 0.0
        self._is_slow = is_slow
        self._port = port
        self._loop = asyncio.get_running_loop()
        self._address = ""
        self._body: _Body | None = None
        self._behind = b""
        self._answering: asyncio.Task[None] | None = None
        self._is_last = False
        self._looking: asyncio.TimerHandle | None = None
        self._waits_until_s = 0.0
        self._writes_until_s: float | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Take a connection, unless there are too many."""
        self.transport = transport
        peer = transport.get_extra_info("peername")
        self._address = str(peer[0]) if peer else ""
        self._port.state.connections.add(self)  # type: ignore[arg-type]  # it asks for `shutdown` and `transport` only
        # One that comes from the lane was taken before; not in the midst of a request it is turned away.
        if len(self._port.state.connections) > BoundedHttpProtocol.max_connections and not self._came:
            transport.abort()
        self._wait(BoundedHttpProtocol.head_timeout_s)
        self._look()
        if self._came and not transport.is_closing():
            came, self._came = self._came, b""
            self._begin(came)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it; a request that is whole is kept all the same."""
        del exc
        self._forget()
        if self._body:
            self._body.begun.abandon()
            self._body = None

    def get_buffer(self, sizehint: int) -> memoryview:
        """Return where to read to: the rest of the body, and nothing behind it."""
        del sizehint
        return self._body.rest() if self._body else self._port.front

    def buffer_updated(self, nbytes: int) -> None:
        """Go on with what was read."""
        if self._body:
            self._body.received_bytes += nbytes
            self._body.last_s = self._loop.time()
            self._end_body()
        elif self._answering:
            self._behind += self._port.front[:nbytes]
            if len(self._behind) > FRONT_BYTES:
                self.transport.pause_reading()
        else:
            self._begin(bytes(self._port.front[:nbytes]))

    def pause_writing(self) -> None:
        """Give a client that reads nothing some time."""
        self._writes_until_s = self._loop.time() + BoundedHttpProtocol.read_timeout_s

    def resume_writing(self) -> None:
        """Go on, since the client reads."""
        self._writes_until_s = None

    def shutdown(self) -> None:
        """Answer no more than the request that is there."""
        if self._body or self._answering:
            self._is_last = True
        else:
            self.transport.close()

    def _begin(self, data: bytes) -> None:
        """Begin with a request that follows no other."""
        end = data.find(_END_OF_HEAD) + len(_END_OF_HEAD)
        head = read_head(data[:end]) if end >= len(_END_OF_HEAD) else None
        begun = self._let_in(head) if head else None
        if head is None or begun is None:
            self._leave(data)
            return
        self._head, self._began_s = data[:end], self._loop.time()
        came = data[end : end + head.body_bytes]
        self._behind = data[end + head.body_bytes :]
        self._body = _Body(begun, head.body_bytes, self._loop.time())
        self._body.content[: len(came)] = came
        self._body.received_bytes = len(came)
        self._end_body()

    def _let_in(self, head: Head) -> Begun | None:
        if not self._port.takes_host(head.headers[b"host"].decode("latin-1")):
            return None
        return self._port.express.begin(head, self._address)

    def _leave(self, data: bytes) -> None:
        """Go the plain way, from the head on that was read last."""
        self._forget()
        plain = self._port.plain()
        plain.connection_made(self.transport)
        self.transport.set_protocol(plain)
        if not self.transport.is_closing():
            plain.data_received(data)

    def _end_body(self) -> None:
        body = self._body
        if body is None or body.received_bytes < len(body.content):
            return
        self._body = None
        self._answering = self._loop.create_task(self._answer(body))
        self._port.state.tasks.add(self._answering)
        self._answering.add_done_callback(self._port.state.tasks.discard)

    async def _answer(self, body: _Body) -> None:
        try:
            answer = await body.begun.answer(bytes(body.content))
        except Exception:
            logger.exception("a request could not be answered")
            answer = Answer(
                HTTPStatus.INTERNAL_SERVER_ERROR, [(b"content-type", b"text/plain")], b"Internal Server Error"
            )
            self._is_last = True
        self._answering = None
        self._port.state.total_requests += 1
        if not self.transport.is_closing():
            written = self._write(answer)
            if not self._is_brought(body.begun, answer, written):
                self._go_on()

    def _is_brought(self, begun: Begun, answer: Answer, written: bytes) -> bool:
        """Leave the connection to the lane if its sender is a steady one; tell whether it is there."""
        lane = self._port.lane
        if (
            lane is None
            or self._is_last
            or self._is_slow
            or self._behind
            or answer.status != HTTPStatus.OK
            or answer.body
        ):
            return False
        terms = begun.terms()
        age_s = self._loop.time() - self._began_s
        if terms is None or not lane.is_steady(self._head, terms, written, age_s=age_s):
            return False
        if self.transport.get_write_buffer_size() or not lane.bring(self.transport.get_extra_info("socket")):
            return False
        self.transport.close()  # its descriptor: the connection has another one
        return True

    def _write(self, answer: Answer) -> bytes:
        length = (b"content-length", str(len(answer.body)).encode())
        closing = [(b"connection", b"close")] if self._is_last else []
        headers = [*self._port.state.default_headers, length, *answer.headers, *closing]
        lines = b"".join(b"%b: %b\r\n" % header for header in headers)
        written = b"%b%b\r\n%b" % (_STATUS_LINES[answer.status], lines, answer.body)
        self.transport.write(written)
        if self._is_last:
            self.transport.close()
        return written

    def _go_on(self) -> None:
        self._wait(KEEP_ALIVE_S)
        if self._behind and not self._is_last:
            data, self._behind = self._behind, b""
            self.transport.resume_reading()
            self._begin(data)

    def _wait(self, timeout_s: float) -> None:
        """Wait for a request no longer than that."""
        self._waits_until_s = self._loop.time() + timeout_s

    def _look(self) -> None:
        """End what takes too long; a timer for each step of each request would cost more than the steps."""
        now_s = self._loop.time()
        if self._writes_until_s and now_s > self._writes_until_s:
            self.transport.abort()
        elif self._body and self._body.late(now_s, self._port.express.timeout_s):
            body, self._body, self._is_last = self._body, None, True
            self._write(body.begun.too_slow(body.received_bytes, now_s - body.start_s))
        elif not self._body and not self._answering and now_s > self._waits_until_s:
            self.transport.close()
        self._looking = self._loop.call_later(_LOOK_S, self._look)

    def _forget(self) -> None:
        self._port.state.connections.discard(self)
        if self._looking:
            self._looking.cancel()


class _HeadReader:
    """Hears what httptools finds in a head."""

    def __init__(self) -> None:
        self.url = b""
        self.headers: list[tuple[bytes, bytes]] = []
        self.is_whole = False

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self.is_whole = True


def read_head(data: bytes) -> Head | None:
    """Return the head of an ordinary request; None for any other, and for what is no head."""
    reader = _HeadReader()
    parser = httptools.HttpRequestParser(reader)
    try:
        parser.feed_data(data)
    except (httptools.HttpParserError, httptools.HttpParserUpgrade):
        return None
    headers = dict(reader.headers)
    length = headers.get(b"content-length", b"")
    is_ordinary = (
        reader.is_whole
        and parser.get_method() == b"POST"
        and parser.get_http_version() == "1.1"
        and parser.should_keep_alive()
        and len(headers) == len(reader.headers)
        and _NOT_ORDINARY.isdisjoint(headers)
        and b"host" in headers
        and length.isdigit()
    )
    return Head(reader.url, headers, int(length)) if is_ordinary else None
