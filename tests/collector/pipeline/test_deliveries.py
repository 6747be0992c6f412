"""All deliveries together."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from otel_bridge_collector.config.load import Sources, load_config
from otel_bridge_collector.config.model import Config
from otel_bridge_collector.errors import SettingsError
from otel_bridge_collector.pipeline.deliveries import Deliveries
from otel_bridge_collector.spool.spool import Spool
from otel_bridge_collector.telemetry import Counters
from tests.support.ground import ground_in, memory_store
from tests.support.masking import config_of
from tests.support.otlp_request import span, traces
from tests.support.sinks import MemorySink
from tests.support.spool import ROUTING, open_spool


def config_with(exporters: str, more: str = "") -> Config:
    return load_config(Sources(files=[f"yaml:exporters: {{{exporters}}}\n{more}"])).config


def file_in(folder: Path) -> str:
    return f"{{directory: '{folder}', start_at: beginning}}"


def lines(folder: Path) -> int:
    part = folder / "rows.jsonl.part"
    return len(part.read_text().splitlines()) if part.exists() else 0


def run(folder: Path, config: Config, use: Callable[[Deliveries, Spool], Awaitable[None]]) -> MemorySink:
    sink = MemorySink()
    (folder / "spool").mkdir()

    async def main() -> None:
        with open_spool(folder / "spool") as spool, ground_in(folder) as ground:
            deliveries = Deliveries(spool, memory_store(ground, sink), ground, Counters())
            await deliveries.start(config)
            await use(deliveries, spool)
            await deliveries.stop(drain_s=20)

    asyncio.run(main())
    return sink


async def append(spool: Spool, number: int) -> None:
    await spool.append(ROUTING, traces(span(number)).SerializeToString())


async def reached(deliveries: Deliveries, name: str, seq: int) -> None:
    delivery = deliveries.get(name)
    assert delivery is not None
    assert await delivery.reached(seq, timeout_s=20)


def test_every_destination_gets_everything(tmp_path: Path) -> None:
    async def use(deliveries: Deliveries, spool: Spool) -> None:
        await append(spool, 1)
        await reached(deliveries, "file", spool.end_seq)
        assert [status.name for status in deliveries.statuses()] == ["store", "file"]

    sink = run(tmp_path, config_with(f"file: {file_in(tmp_path / 'rows')}"), use)

    assert (len(sink.writes), lines(tmp_path / "rows")) == (1, 1)


def test_a_delivery_that_ended_by_itself_is_told(tmp_path: Path) -> None:
    async def use(deliveries: Deliveries, spool: Spool) -> None:
        del spool
        assert deliveries.ended() == []
        running = deliveries.store._running
        assert running is not None
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert deliveries.ended() == ["store"]

    run(tmp_path, config_with(""), use)


def test_a_destination_that_changed_goes_on_where_it_was(tmp_path: Path) -> None:
    async def use(deliveries: Deliveries, spool: Spool) -> None:
        await append(spool, 1)
        await reached(deliveries, "file", spool.end_seq)
        await deliveries.reload(config_with(f"file: {file_in(tmp_path / 'b')}"))
        await append(spool, 2)
        await reached(deliveries, "file", spool.end_seq)

    run(tmp_path, config_with(f"file: {file_in(tmp_path / 'a')}"), use)

    assert (lines(tmp_path / "a"), lines(tmp_path / "b")) == (1, 1)


def test_a_destination_that_did_not_change_is_not_touched(tmp_path: Path) -> None:
    config = config_with(f"file: {file_in(tmp_path / 'a')}")

    async def use(deliveries: Deliveries, spool: Spool) -> None:
        del spool
        before = deliveries.get("file")
        await deliveries.reload(
            config_with(f"file: {file_in(tmp_path / 'a')}, file/b: {file_in(tmp_path / 'b')}")
        )
        assert deliveries.get("file") is before
        assert deliveries.get("file/b") is not None
        await deliveries.reload(config)
        assert deliveries.get("file/b") is None

    run(tmp_path, config, use)


def test_a_configuration_that_cannot_be_used_changes_nothing(tmp_path: Path) -> None:
    config = config_with(f"file: {file_in(tmp_path / 'a')}")
    bad = config_with(
        f"file: {file_in(tmp_path / 'b')}",
        "processors: {filter: {keep: 'eror = 1'}}\nservice: {pipelines: {traces: {receivers: [otlp], processors: [filter], exporters: [file]}}}",
    )

    async def use(deliveries: Deliveries, spool: Spool) -> None:
        with pytest.raises(SettingsError, match="eror"):
            await deliveries.reload(bad)
        await append(spool, 1)
        await reached(deliveries, "file", spool.end_seq)

    run(tmp_path, config, use)

    assert (lines(tmp_path / "a"), lines(tmp_path / "b")) == (1, 0)


def test_the_slowest_destination_says_what_may_go(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")

    async def use(deliveries: Deliveries, spool: Spool) -> None:
        await append(spool, 1)
        await reached(deliveries, "store", spool.end_seq)
        assert deliveries.passed_seq() < spool.end_seq
        (status,) = [each for each in deliveries.statuses() if each.name == "file"]
        assert status.waiting_records > 0
        blocked.unlink()

    run(tmp_path, config_with(f"file: {file_in(blocked)}"), use)

    assert lines(blocked) == 1


def test_the_masks_at_the_door_change_with_the_configuration(tmp_path: Path) -> None:
    async def use(deliveries: Deliveries, spool: Spool) -> None:
        del spool
        assert deliveries.masks.rules is not None
        with pytest.raises(SettingsError):
            await deliveries.reload(
                config_of("{fields: [a], action: pseudonym, key_file: /nowhere}", before="store")
            )
        assert deliveries.masks.rules is not None
        await deliveries.reload(Config())
        assert deliveries.masks.rules is None

    run(tmp_path, masking_at_door(tmp_path), use)


def masking_at_door(folder: Path) -> Config:
    return config_with(
        f"file: {file_in(folder / 'rows')}",
        "processors: {masking: {rules: [{patterns: [emails]}]}}\n"
        "service: {pipelines: {traces: {receivers: [otlp], processors: [masking], exporters: [store, file]}}}",
    )
