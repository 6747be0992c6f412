"""Connections of a port that speaks TLS, through real sockets."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from otel_bridge_collector.receive.http_server import HttpServer, Way, bind
from otel_bridge_collector.receive.tls import PortTls
from otel_bridge_collector.receive.tls_files import TlsFiles
from otel_bridge_collector.settings import Address
from tests.support.tls import Authority, Files


async def answer(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"{request.url.scheme} {len(await request.body())}")


APP = Starlette(routes=[Route("/", answer, methods=["GET", "POST"])])


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def files(authority: Authority) -> Files:
    return authority.issue("server")


def tls_of(files: Files, *, client_ca_file: Path | None = None, is_newest: bool = False) -> PortTls:
    return PortTls(
        TlsFiles(
            option="--api",
            cert_file=files.cert,
            key_file=files.key,
            client_ca_file=client_ca_file,
            min_version="1.3" if is_newest else "1.2",
            reload_interval_s=0,
        )
    )


@asynccontextmanager
async def serving(tls: PortTls) -> AsyncIterator[Address]:
    server = HttpServer(APP, bind(Address(host="127.0.0.1", port=0), "--api"), way=Way(tls=tls))
    await server.start()
    try:
        yield server.address
    finally:
        await server.stop(drain_s=1)


async def get(address: Address, context: ssl.SSLContext) -> str:
    async with httpx.AsyncClient(verify=context) as client:
        return (await client.get(f"https://{address}/")).text


def test_a_request_over_tls_is_answered(authority: Authority, files: Files) -> None:
    async def ask() -> str:
        async with serving(tls_of(files)) as address:
            return await get(address, authority.client_context())

    assert asyncio.run(ask()) == "https 0"


@pytest.mark.parametrize("size_bytes", [0, 500_000])
def test_plain_text_is_told_to_speak_tls(files: Files, size_bytes: int) -> None:
    async def ask() -> httpx.Response:
        async with serving(tls_of(files)) as address, httpx.AsyncClient() as client:
            return await client.post(f"http://{address}/", content=bytes(size_bytes))

    response = asyncio.run(ask())

    assert (response.status_code, response.json()["code"]) == (400, "tlsNeeded")


def test_a_client_without_a_certificate_is_not_answered_where_it_needs_one(
    authority: Authority, files: Files
) -> None:
    async def ask() -> str:
        async with serving(tls_of(files, client_ca_file=authority.ca_file)) as address:
            with pytest.raises(httpx.TransportError):
                await get(address, authority.client_context())
            return await get(address, authority.client_context(authority.issue("client")))

    assert asyncio.run(ask()) == "https 0"


def test_a_client_of_another_authority_is_not_answered(
    tmp_path: Path, authority: Authority, files: Files
) -> None:
    async def ask() -> None:
        async with serving(tls_of(files, client_ca_file=authority.ca_file)) as address:
            await get(address, authority.client_context(Authority(tmp_path, "other").issue("client")))

    with pytest.raises(httpx.TransportError):
        asyncio.run(ask())


def test_an_older_version_than_allowed_is_not_spoken(authority: Authority, files: Files) -> None:
    async def ask() -> None:
        context = authority.client_context()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        async with serving(tls_of(files, is_newest=True)) as address:
            await get(address, context)

    with pytest.raises(httpx.ConnectError):
        asyncio.run(ask())


def test_new_connections_get_the_new_certificate_and_old_ones_go_on(
    tmp_path: Path, authority: Authority, files: Files
) -> None:
    async def ask() -> tuple[str, str, str]:
        tls = tls_of(files)
        async with serving(tls) as address, httpx.AsyncClient(verify=authority.client_context()) as old:
            first = (await old.get(f"https://{address}/")).text
            other = Authority(tmp_path, "other")
            files.replace(other.issue("second"))
            tls.reload()
            return (
                first,
                (await old.get(f"https://{address}/")).text,
                await get(address, other.client_context()),
            )

    assert asyncio.run(ask()) == ("https 0", "https 0", "https 0")


def test_connections_that_say_nothing_do_not_hold_up_the_end(authority: Authority, files: Files) -> None:
    async def ask() -> None:
        async with serving(tls_of(files)) as address:
            with socket.create_connection((address.host, address.port)):
                await get(address, authority.client_context())

    asyncio.run(asyncio.wait_for(ask(), 30))


def test_a_client_that_leaves_at_once_is_nothing(authority: Authority, files: Files) -> None:
    async def ask() -> str:
        async with serving(tls_of(files)) as address:
            for _ in range(3):
                socket.create_connection((address.host, address.port)).close()
            return await get(address, authority.client_context())

    assert asyncio.run(ask()) == "https 0"
