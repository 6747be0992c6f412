"""What stands before the ports, and the ports."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import httpx
import pytest
from starlette.applications import Starlette

from otel_bridge_collector.errors import SettingsError
from otel_bridge_collector.receive.http_server import Way
from otel_bridge_collector.settings import Address, load_settings
from otel_bridge_collector.shutdown import Shutdown
from otel_bridge_collector.stages.ports import Ports, build_door
from otel_bridge_collector.store.keys import KeyRing
from otel_bridge_collector.store.objects import Objects
from otel_bridge_collector.telemetry import Counters

LOOPBACK: Final = Address(host="127.0.0.1", port=0)
EVERYWHERE: Final = Address(host="0.0.0.0", port=4318)  # noqa: S104 - nobody listens


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[KeyRing]:
    with closing(Objects(tmp_path / "objects.sqlite")), closing(KeyRing(tmp_path / "objects.sqlite")) as keys:
        yield keys


def test_a_port_for_others_is_refused_without_keys(tmp_path: Path, keys: KeyRing) -> None:
    with pytest.raises(SettingsError, match=r"--otlp-http 0\.0\.0\.0:4318 without keys"):
        build_door(load_settings(data_dir=tmp_path, otlp_http=str(EVERYWHERE)), keys, Counters())


def test_a_port_for_others_may_be_asked_for(tmp_path: Path, keys: KeyRing) -> None:
    settings = load_settings(data_dir=tmp_path, otlp_http=str(EVERYWHERE), allow_anyone=True)

    assert build_door(settings, keys, Counters())


def test_a_port_for_others_waits_for_keys_where_they_are_required(tmp_path: Path, keys: KeyRing) -> None:
    settings = load_settings(data_dir=tmp_path, otlp_http=str(EVERYWHERE), require_keys=True)

    assert build_door(settings, keys, Counters())


def test_ports_that_were_stopped_take_nothing(tmp_path: Path) -> None:
    async def run() -> None:
        settings = load_settings(data_dir=tmp_path, otlp_http=str(LOOPBACK))
        ports = Ports(settings)
        taken = await ports.start_http(Starlette(), settings.otlp_http, Way())

        async with httpx.AsyncClient() as client:
            assert (await client.get(f"http://{taken}/")).status_code == 404
            await ports.stop(Shutdown(5.0))
            with pytest.raises(httpx.ConnectError):
                await client.get(f"http://{taken}/")

    asyncio.run(run())


def test_a_busy_port_is_named(tmp_path: Path) -> None:
    async def run() -> None:
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        settings = load_settings(data_dir=tmp_path, otlp_http=f"127.0.0.1:{port}")

        async with server:
            with pytest.raises(SettingsError, match="--otlp-http"):
                await Ports(settings).start_http(Starlette(), settings.otlp_http, Way())

    asyncio.run(run())
