"""The stages together, in one event loop."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from otel_bridge_collector.app import Ready, serve
from otel_bridge_collector.errors import SpoolError
from otel_bridge_collector.settings import Settings, load_settings
from otel_bridge_collector.spool.lock import FolderLock
from tests.support.otlp_request import span, traces

PROTOBUF = {"content-type": "application/x-protobuf"}


def settings_for(folder: Path, **more: Any) -> Settings:
    anywhere = "127.0.0.1:0"
    return load_settings(data_dir=folder, otlp_grpc=anywhere, otlp_http=anywhere, api=anywhere, **more)


def while_serving(
    folder: Path, use: Callable[[Ready, httpx.AsyncClient], Awaitable[None]], **more: object
) -> None:
    """Run a sidecar in this process for as long as `use` takes."""

    async def run() -> None:
        stop = asyncio.Event()
        ready: asyncio.Future[Ready] = asyncio.get_running_loop().create_future()
        serving = asyncio.create_task(serve(settings_for(folder, **more), ready=ready.set_result, stop=stop))
        try:
            async with httpx.AsyncClient() as client:
                await use(await ready, client)
        finally:
            stop.set()
            await serving

    asyncio.run(run())


async def send(ready: Ready, client: httpx.AsyncClient, number: int) -> None:
    body = traces(span(number)).SerializeToString()
    response = await client.post(f"http://{ready.otlp_http}/v1/traces", content=body, headers=PROTOBUF)
    assert response.status_code == 200


async def scraped(ready: Ready, client: httpx.AsyncClient) -> dict[tuple[str, ...], float]:
    """The metrics: name and values of the labels, in the order of their names, and the value."""
    text = (await client.get(f"http://{ready.api}/metrics")).text
    families = text_string_to_metric_families(text)
    return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


async def ids(ready: Ready, client: httpx.AsyncClient) -> list[str]:
    query = "SELECT id FROM project_logs('default-otel-project') LIMIT 1000"
    response = await client.post(f"http://{ready.api}/btql", json={"query": query, "fmt": "json"})
    assert response.status_code == 200, response.text
    return sorted(row["id"] for row in response.json()["data"])


def test_a_span_is_explained_as_soon_as_it_was_acknowledged(tmp_path: Path) -> None:
    async def use(ready: Ready, client: httpx.AsyncClient) -> None:
        await send(ready, client, 1)

        response = await client.get(f"http://{ready.api}/v1/explain/{1:016x}")

        assert (response.status_code, response.json()["span_id"]) == (200, f"{1:016x}")

    while_serving(tmp_path, use)


def test_a_query_sees_every_span_that_was_acknowledged_before_it(tmp_path: Path) -> None:
    async def use(ready: Ready, client: httpx.AsyncClient) -> None:
        for number in range(1, 21):
            await send(ready, client, number)
            assert await ids(ready, client) == [f"{sent:016x}" for sent in range(1, number + 1)]

    while_serving(tmp_path, use)


def test_rows_and_places_are_kept_over_a_restart(tmp_path: Path) -> None:
    async def first(ready: Ready, client: httpx.AsyncClient) -> None:
        await send(ready, client, 1)

    async def second(ready: Ready, client: httpx.AsyncClient) -> None:
        await send(ready, client, 2)
        assert await ids(ready, client) == [f"{1:016x}", f"{2:016x}"]

    while_serving(tmp_path, first)
    while_serving(tmp_path, second)


def test_a_store_that_was_deleted_is_filled_again_from_the_spool(tmp_path: Path) -> None:
    async def write(ready: Ready, client: httpx.AsyncClient) -> None:
        await send(ready, client, 1)

    async def read(ready: Ready, client: httpx.AsyncClient) -> None:
        assert await ids(ready, client) == [f"{1:016x}"]

    while_serving(tmp_path, write)
    for file in tmp_path.glob("rows.duckdb*"):
        file.unlink()
    while_serving(tmp_path, read)


def test_a_spool_that_was_deleted_does_not_hide_new_spans(tmp_path: Path) -> None:
    async def write(ready: Ready, client: httpx.AsyncClient) -> None:
        await send(ready, client, 1)
        await send(ready, client, 2)

    async def read(ready: Ready, client: httpx.AsyncClient) -> None:
        await send(ready, client, 3)
        assert f"{3:016x}" in await ids(ready, client)

    while_serving(tmp_path, write)
    for file in (tmp_path / "spool").glob("*.seg"):
        file.unlink()
    while_serving(tmp_path, read)


def test_the_probes_of_both_http_ports_answer(tmp_path: Path) -> None:
    async def use(ready: Ready, client: httpx.AsyncClient) -> None:
        for port in (ready.api, ready.otlp_http):
            for probe in ("livez", "readyz", "healthz"):
                assert (await client.get(f"http://{port}/{probe}")).status_code == 200

    while_serving(tmp_path, use)


def test_a_sidecar_without_room_is_live_and_not_ready(tmp_path: Path) -> None:
    async def use(ready: Ready, client: httpx.AsyncClient) -> None:
        probed = [await client.get(f"http://{ready.api}/{probe}") for probe in ("livez", "readyz")]

        assert [each.status_code for each in probed] == [200, 503]
        assert list(probed[1].json()["reasons"]) == ["spool"]

    while_serving(tmp_path, use, spool_min_free_bytes=1 << 60)


def test_what_came_in_and_went_on_can_be_scraped(tmp_path: Path) -> None:
    async def use(ready: Ready, client: httpx.AsyncClient) -> None:
        await send(ready, client, 1)
        await client.post(f"http://{ready.otlp_http}/v1/traces", content=b"\xff", headers=PROTOBUF)
        await ids(ready, client)  # the store has it then

        samples = await scraped(ready, client)

        assert samples["otelcol_receiver_accepted_spans_total", "otlp", "http"] == 1
        assert samples["otel_bridge_receiver_refused_requests_total", "invalid", "http"] == 1
        assert samples["otelcol_exporter_sent_spans_total", "store"] == 1
        assert samples["otelcol_exporter_queue_size", "store"] == 0
        assert samples["otel_bridge_spool_sync_time_count",] == 1
        assert samples["otel_bridge_ready",] == 1

    while_serving(tmp_path, use)


def test_what_was_built_is_stopped_when_building_fails(tmp_path: Path) -> None:
    held = FolderLock(tmp_path)
    with pytest.raises(SpoolError, match="another sidecar"):
        asyncio.run(serve(settings_for(tmp_path), ready=lambda _: None, stop=asyncio.Event()))
    held.release()

    async def use(ready: Ready, client: httpx.AsyncClient) -> None:
        await send(ready, client, 1)

    while_serving(tmp_path, use)


def test_what_not_every_sidecar_needs_is_imported_when_it_is_needed() -> None:
    program = (
        "import sys, otel_bridge_collector.cli.main, otel_bridge_collector.app;"
        " print({'jinja2', 'prometheus_client', 'requests'} & set(sys.modules))"
    )

    ended = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert ended.stdout == "set()\n"
