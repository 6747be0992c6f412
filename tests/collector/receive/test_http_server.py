"""One HTTP port: binding, serving, stopping."""

import asyncio
import socket

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from otel_bridge_collector.errors import SettingsError
from otel_bridge_collector.receive.http_server import HttpServer, bind
from otel_bridge_collector.settings import Address

ANY_PORT = Address(host="127.0.0.1", port=0)


def test_any_free_port_is_told() -> None:
    with bind(ANY_PORT, "--api") as listener:
        assert listener.getsockname()[1] > 0


def test_an_answer_does_not_wait_for_an_acknowledgement() -> None:
    with bind(ANY_PORT, "--api") as listener, socket.create_connection(listener.getsockname()):
        connection, _ = listener.accept()

        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_taken_port_is_an_error_that_says_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = Address(host="127.0.0.1", port=other.getsockname()[1])

        with pytest.raises(SettingsError, match=r"Address already in use.*with --api"):
            bind(taken, "--api")


def test_an_address_that_is_not_ours_is_an_error() -> None:
    with pytest.raises(SettingsError, match="cannot listen on"):
        bind(Address(host="192.0.2.1", port=0), "--api")


def test_a_running_request_ends_before_the_server_does() -> None:
    entered, leave = asyncio.Event(), asyncio.Event()

    async def slow(_: Request) -> PlainTextResponse:
        entered.set()
        await leave.wait()
        return PlainTextResponse("done")

    async def stop_meanwhile() -> httpx.Response:
        server = HttpServer(Starlette(routes=[Route("/", slow)]), bind(ANY_PORT, "--api"))
        await server.start()
        async with httpx.AsyncClient() as client:
            asking = asyncio.create_task(client.get(f"http://{server.address}/"))
            await entered.wait()
            stopping = asyncio.create_task(server.stop(drain_s=10))
            leave.set()
            response = await asking
            await stopping
        return response

    assert asyncio.run(stop_meanwhile()).text == "done"


@pytest.mark.parametrize("is_deaf", [False, True])
def test_a_request_that_does_not_end_is_left_at_the_deadline(*, is_deaf: bool) -> None:
    entered, left = asyncio.Event(), asyncio.Event()

    async def endless(request: Request) -> PlainTextResponse:
        entered.set()
        try:
            await (asyncio.Event().wait() if is_deaf else request.body())
        finally:
            left.set()
        return PlainTextResponse("never")

    async def stop_meanwhile() -> None:
        app = Starlette(routes=[Route("/", endless, methods=["POST"])])
        server = HttpServer(app, bind(ANY_PORT, "--api"))
        await server.start()
        _, writer = await asyncio.open_connection(server.address.host, server.address.port)
        writer.write(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf")
        await entered.wait()
        await server.stop(drain_s=0.2)
        assert left.is_set()
        writer.close()

    asyncio.run(asyncio.wait_for(stop_meanwhile(), 30))


def test_a_server_that_never_started_frees_its_port() -> None:
    async def make_and_stop() -> Address:
        server = HttpServer(Starlette(), bind(ANY_PORT, "--api"))
        address = server.address
        await server.stop(drain_s=1)
        return address

    address = asyncio.run(make_and_stop())

    bind(address, "--api").close()


@pytest.mark.parametrize(
    ("address", "status"),
    [
        pytest.param(ANY_PORT, 421, id="this machine only"),
        pytest.param(Address(host="0.0.0.0", port=0), 200, id="every address"),  # noqa: S104 - what is tested
    ],
)
def test_another_name_is_refused_where_only_this_machine_is_served(address: Address, status: int) -> None:
    async def answer(_: Request) -> PlainTextResponse:
        return PlainTextResponse("rows")

    async def ask() -> httpx.Response:
        server = HttpServer(Starlette(routes=[Route("/", answer)]), bind(address, "--api"))
        await server.start()
        async with httpx.AsyncClient() as client:
            url = f"http://127.0.0.1:{server.address.port}/"
            response = await client.get(url, headers={"host": "evil.com", "origin": "http://evil.com"})
        await server.stop(drain_s=1)
        return response

    assert asyncio.run(ask()).status_code == status


def test_a_request_without_a_host_is_refused_on_loopback() -> None:
    async def ask() -> bytes:
        server = HttpServer(Starlette(), bind(ANY_PORT, "--api"))
        await server.start()
        reader, writer = await asyncio.open_connection("127.0.0.1", server.address.port)
        writer.write(b"GET / HTTP/1.0\r\n\r\n")
        status_line = await reader.readline()
        writer.close()
        await server.stop(drain_s=1)
        return status_line

    assert b" 421 " in asyncio.run(ask())
