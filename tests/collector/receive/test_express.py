"""The short way of a connection, over real sockets, with something behind it that only echoes."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field

import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from otel_bridge_collector.receive import express
from otel_bridge_collector.receive.express import FRONT_BYTES, Answer, Head, read_head
from otel_bridge_collector.receive.http_protocol import BoundedHttpProtocol
from otel_bridge_collector.receive.http_server import HttpServer, Way, bind
from otel_bridge_collector.receive.lane import Terms
from otel_bridge_collector.settings import Address


@dataclass
class Echo:
    """Takes what is sent to /echo, and answers it in capitals."""

    timeout_s: float = 20.0
    held: int = 0
    go: asyncio.Event = field(default_factory=asyncio.Event)

    def begin(self, head: Head, address: str) -> "Echoed | None":
        assert address == "127.0.0.1"
        if head.url != b"/echo":
            return None
        self.held += 1
        return Echoed(self)


@dataclass
class Echoed:
    echo: Echo

    async def answer(self, body: bytes) -> Answer:
        try:
            if body == b"bug":
                raise ValueError
            if body == b"wait":
                await self.echo.go.wait()
        finally:
            self.abandon()
        return Answer(200, [(b"x-way", b"express")], body.upper())

    def too_slow(self, received_bytes: int, passed_s: float) -> Answer:
        del passed_s
        self.abandon()
        return Answer(408, [], b"%d bytes" % received_bytes)

    def terms(self) -> Terms | None:
        return None

    def abandon(self) -> None:
        self.echo.held -= 1


async def plainly(scope: Scope, receive: Receive, send: Send) -> None:
    """What stands at the end of the plain way."""
    body = b""
    while (message := await receive())["type"] == "http.request":
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    await Response(body, headers={"x-way": "plain"})(scope, receive, send)


@asynccontextmanager
async def serving(echo: Echo) -> AsyncGenerator[HttpServer]:
    server = HttpServer(
        plainly, bind(Address(host="127.0.0.1", port=0), "--otlp-http"), way=Way(express=echo)
    )
    await server.start()
    yield server
    await server.stop(drain_s=5)


@asynccontextmanager
async def connected(server: HttpServer) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(server.address.host, server.address.port)
    with closing(writer):
        yield reader, writer


async def read_answer(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """Return head and body of one answer."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(line for line in head.split(b"\r\n") if line.startswith(b"content-length: "))
    return head, await reader.readexactly(int(length.removeprefix(b"content-length: ")))


async def read_to_end(reader: asyncio.StreamReader) -> bytes:
    """Return what comes until the other side ends the connection, in whatever way."""
    with suppress(ConnectionResetError):
        return await reader.read()
    return b""


async def send_for_ever(connection: socket.socket) -> None:
    while True:
        await asyncio.get_running_loop().sock_sendall(connection, request(b"x" * 500_000))
        await asyncio.sleep(0.01)


def request(body: bytes, *more: bytes, path: bytes = b"/echo", length: int | None = None) -> bytes:
    length = len(body) if length is None else length
    lines = [b"POST %b HTTP/1.1" % path, b"host: localhost", b"content-length: %d" % length, *more]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def run(check: Callable[[Echo, HttpServer], Coroutine[None, None, None]], echo: Echo | None = None) -> None:
    async def served() -> None:
        made = echo or Echo()
        async with serving(made) as server:
            await check(made, server)

    asyncio.run(asyncio.wait_for(served(), 60))


def test_requests_of_a_connection_are_answered_in_their_order() -> None:
    async def check(echo: Echo, server: HttpServer) -> None:
        async with connected(server) as (reader, writer):
            writer.write(request(b"wait") + request(b"second") + request(b"x" * 3 * FRONT_BYTES))
            writer.write(request(b"last"))
            while not echo.held:  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(0.01)
            echo.go.set()
            bodies = [(await read_answer(reader))[1] for _ in range(4)]

            assert bodies == [b"WAIT", b"SECOND", b"X" * 3 * FRONT_BYTES, b"LAST"]
            assert echo.held == 0

    run(check)


def test_a_body_comes_in_pieces() -> None:
    async def check(_: Echo, server: HttpServer) -> None:
        async with connected(server) as (reader, writer):
            whole = request(b"piece by piece")
            for piece in (whole[:-10], whole[-10:-4], whole[-4:]):
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.02)

            head, body = await read_answer(reader)

        assert head.startswith(b"HTTP/1.1 200 OK\r\ndate: ")
        assert b"\r\nx-way: express\r\n" in head
        assert body == b"PIECE BY PIECE"

    run(check)


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(request(b"body", path=b"/other"), id="another path"),
        pytest.param(request(b"body", b"origin: http://localhost"), id="a page"),
        pytest.param(request(b"body", b"connection: close"), id="a last request"),
        pytest.param(request(b"body", b"x: 1", b"x: 2"), id="a header twice"),
        pytest.param(
            b"POST /echo HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
            id="chunks",
        ),
    ],
)
def test_what_is_out_of_the_ordinary_goes_the_plain_way(sent: bytes) -> None:
    async def check(echo: Echo, server: HttpServer) -> None:
        async with connected(server) as (reader, writer):
            writer.write(request(b"first"))
            assert b"x-way: express" in (await read_answer(reader))[0]
            writer.write(sent)

            head, body = await read_answer(reader)

        assert b"\r\nx-way: plain\r\n" in head
        assert body == b"body"
        assert echo.held == 0

    run(check)


def test_a_head_in_pieces_goes_the_plain_way() -> None:
    async def check(_: Echo, server: HttpServer) -> None:
        async with connected(server) as (reader, writer):
            whole = request(b"body")
            writer.write(whole[:20])
            await writer.drain()
            await asyncio.sleep(0.05)
            writer.write(whole[20:])

            assert b"\r\nx-way: plain\r\n" in (await read_answer(reader))[0]

    run(check)


def test_another_host_is_refused_on_the_plain_way() -> None:
    async def check(_: Echo, server: HttpServer) -> None:
        async with connected(server) as (reader, writer):
            writer.write(request(b"body").replace(b"localhost", b"rebound.example"))

            assert (await read_answer(reader))[0].startswith(b"HTTP/1.1 421 ")

    run(check)


def test_a_body_that_stops_is_told_so_and_its_connection_ends() -> None:
    async def check(echo: Echo, server: HttpServer) -> None:
        async with connected(server) as (reader, writer):
            writer.write(request(b"half", length=8))

            head, body = await read_answer(reader)

            assert head.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
            assert b"connection: close" in head
            assert body == b"4 bytes"
            assert await reader.read() == b""
            assert echo.held == 0

    run(check, Echo(timeout_s=0.1))


def test_a_sender_that_leaves_within_a_body_gives_its_room_back() -> None:
    async def check(echo: Echo, server: HttpServer) -> None:
        async with connected(server) as (_, writer):
            writer.write(request(b"half", length=8))
            while not echo.held:  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(0.01)
        while echo.held:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.01)

    run(check)


def test_a_bug_is_answered_and_ends_the_connection() -> None:
    async def check(echo: Echo, server: HttpServer) -> None:
        async with connected(server) as (reader, writer):
            writer.write(request(b"bug"))

            assert (await read_answer(reader))[0].startswith(b"HTTP/1.1 500 ")
            assert await reader.read() == b""
            assert echo.held == 0

    run(check)


def test_a_connection_without_a_request_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BoundedHttpProtocol, "head_timeout_s", 0.1)

    async def check(_: Echo, server: HttpServer) -> None:
        async with connected(server) as (reader, _writer):
            assert await reader.read() == b""

    run(check)


def test_an_idle_connection_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(express, "KEEP_ALIVE_S", 0.1)

    async def check(_: Echo, server: HttpServer) -> None:
        async with connected(server) as (reader, writer):
            writer.write(request(b"one"))
            await read_answer(reader)

            assert await reader.read() == b""

    run(check)


def test_one_connection_too_many_is_closed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BoundedHttpProtocol, "max_connections", 1)

    async def check(_: Echo, server: HttpServer) -> None:
        async with connected(server) as (reader, writer):
            writer.write(request(b"one"))
            await read_answer(reader)
            async with connected(server) as (second, _writer):
                assert await read_to_end(second) == b""

    run(check)


def test_a_client_that_reads_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BoundedHttpProtocol, "read_timeout_s", 0.1)

    async def check(_: Echo, server: HttpServer) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        with listener:
            listener.connect((server.address.host, server.address.port))
            listener.setblocking(False)  # noqa: FBT003 - socket's own
            with pytest.raises((ConnectionResetError, BrokenPipeError)):
                await send_for_ever(listener)

    run(check)


def test_a_running_request_is_answered_and_idle_connections_are_closed_at_the_end() -> None:
    async def check(echo: Echo, server: HttpServer) -> None:
        async with connected(server) as (idle, _), connected(server) as (reader, writer):
            writer.write(request(b"wait"))
            while not echo.held:  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(0.01)
            stopping = asyncio.create_task(server.stop(drain_s=20))
            assert await idle.read() == b""
            echo.go.set()

            head, body = await read_answer(reader)

            assert body == b"WAIT"
            assert b"connection: close" in head
            await stopping

    run(check)


def test_a_body_that_does_not_end_is_left_at_the_deadline() -> None:
    async def check(echo: Echo, server: HttpServer) -> None:
        async with connected(server) as (reader, writer):
            writer.write(request(b"half", length=8))
            while not echo.held:  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(0.01)
            await server.stop(drain_s=0.3)

            assert await read_to_end(reader) == b""
        while echo.held:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.01)

    run(check)


def test_a_head_is_read_with_its_headers_in_lower_case() -> None:
    head = read_head(
        b"POST /v1/traces HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nX-BT-Parent: p\xe9\r\n\r\n"
    )

    assert head is not None
    assert (head.url, head.body_bytes) == (b"/v1/traces", 5)
    assert head.text(b"x-bt-parent") == "p\xe9"
    assert head.text(b"absent") is None


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nhost: h\r\ncontent-length: 0\r\n\r\n",
        b"POST / HTTP/1.0\r\nhost: h\r\ncontent-length: 0\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: h\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: 0\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: h\r\ncontent-length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 5\r\nexpect: 100-continue\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 5\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\nhost: h\ncontent-length: 2\n\nhi\r\n\r\n",
        b"nonsense\r\n\r\n",
    ],
)
def test_other_heads_are_not_ordinary(head: bytes) -> None:
    assert read_head(head) is None
