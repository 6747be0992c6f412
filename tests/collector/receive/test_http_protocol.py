"""Limits of a connection, over a real socket."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from otel_bridge_collector.receive.http_protocol import MAX_HEAD_BYTES, BoundedHttpProtocol
from otel_bridge_collector.receive.http_server import HttpServer, bind
from otel_bridge_collector.settings import Address
from tests.support.receivers import Receivers, receiving

REQUEST = b"GET /nothing HTTP/1.1\r\nhost: localhost\r\n"


@pytest.fixture
def receivers(tmp_path: Path) -> Iterator[Receivers]:
    with receiving(tmp_path) as running:
        yield running


def connect(receivers: Receivers) -> "closing[socket.socket]":
    host, _, port = receivers.http.removeprefix("http://").rpartition(":")
    return closing(socket.create_connection((host, int(port)), timeout=20))


def read_to_end(connection: socket.socket) -> bytes:
    """Return what comes until the other side ends the connection."""
    received = b""
    while True:
        try:
            piece = connection.recv(65_536)
        except ConnectionResetError:
            return received
        if not piece:
            return received
        received += piece


def head(size: int) -> bytes:
    """A head without its last line, of so many bytes."""
    start = REQUEST + b"x: "
    return start + b"y" * (size - len(start))


def test_a_head_just_within_its_limit_is_read(receivers: Receivers) -> None:
    with connect(receivers) as connection:
        connection.sendall(head(MAX_HEAD_BYTES))
        connection.sendall(b"\r\nconnection: close\r\n\r\n")

        assert read_to_end(connection).startswith(b"HTTP/1.1 404 ")


def test_a_head_above_its_limit_is_refused_before_it_ends(receivers: Receivers) -> None:
    with connect(receivers) as connection:
        connection.sendall(head(MAX_HEAD_BYTES + 1))

        assert read_to_end(connection).startswith(b"HTTP/1.1 431 ")


def test_the_body_before_a_head_is_no_part_of_it() -> None:
    """A sender that was refused early sends the rest of its body, and the next request behind it, in one go."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        await Response(scope["path"])(scope, lambda: asyncio.sleep(0, {"type": "http.disconnect"}), send)

    async def ask() -> bytes:
        server = HttpServer(answer, bind(Address(host="127.0.0.1", port=0), "--api"))
        await server.start()
        body = bytes(MAX_HEAD_BYTES + 10_000)
        first = b"POST /first HTTP/1.1\r\nhost: localhost\r\ncontent-length: %d\r\n\r\n" % len(body)
        with socket.create_connection((server.address.host, server.address.port)) as connection:
            # The loop stands still meanwhile, so that it reads all of it at once.
            connection.sendall(first + body + b"GET /second HTTP/1.1\r\nhost: local")
            await asyncio.sleep(0.1)
            connection.sendall(b"host\r\nconnection: close\r\n\r\n")
            received = await asyncio.to_thread(read_to_end, connection)
        await server.stop(drain_s=1)
        return received

    received = asyncio.run(ask())

    assert b" 431 " not in received
    assert received.count(b"HTTP/1.1 200 OK") == 2


@pytest.mark.parametrize("sent", [b"", REQUEST], ids=["nothing", "half a head"])
def test_a_head_that_does_not_come_ends_the_connection(
    receivers: Receivers, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BoundedHttpProtocol, "head_timeout_s", 0.2)

    with connect(receivers) as connection:
        connection.sendall(sent)

        assert read_to_end(connection) == b""


def test_an_answered_connection_waits_for_its_next_head_no_longer(
    receivers: Receivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BoundedHttpProtocol, "head_timeout_s", 0.2)

    with connect(receivers) as connection:
        connection.sendall(REQUEST + b"\r\n" + b"GET /half")

        assert read_to_end(connection).startswith(b"HTTP/1.1 404 ")


def test_the_last_connection_that_may_be_is_taken_and_the_next_is_not(
    receivers: Receivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BoundedHttpProtocol, "max_connections", 1)

    with connect(receivers) as first:
        first.sendall(REQUEST + b"\r\n")
        assert first.recv(12) == b"HTTP/1.1 404"
        with connect(receivers) as second:
            assert read_to_end(second) == b""


def test_a_client_that_reads_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BoundedHttpProtocol, "read_timeout_s", 0.2)

    async def serve() -> bytes:
        import uvicorn  # noqa: PLC0415 - of this test alone

        async def endless(scope: object, receive: object, send: object) -> None:
            del scope, receive
            await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[operator]
            for _ in range(10_000):
                await send({"type": "http.response.body", "body": b"x" * 65_536, "more_body": True})  # type: ignore[operator]

        config = uvicorn.Config(endless, http=BoundedHttpProtocol, lifespan="off", log_config=None)
        config.load()
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        listener = socket.create_server(("127.0.0.1", 0))
        await server.startup(sockets=[listener])
        reader, writer = await asyncio.open_connection(*listener.getsockname(), limit=1)
        writer.write(REQUEST + b"\r\n")
        while not server.server_state.connections:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        while server.server_state.connections:  # noqa: ASYNC110 - until the server gives up
            await asyncio.sleep(0.01)
        rest = b""
        with suppress(ConnectionResetError):
            rest = await reader.read()
        writer.close()
        await server.shutdown(sockets=[listener])
        return rest

    assert len(asyncio.run(asyncio.wait_for(serve(), 60))) < 10_000 * 65_536
