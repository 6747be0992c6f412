"""The stage: what of a running sidecar's folder is in it."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from otel_bridge_collector.backup.archive import Part
from otel_bridge_collector.backup.stage import STAGE, Stage, clear_stage
from otel_bridge_collector.errors import BackupError
from otel_bridge_collector.settings import Settings
from otel_bridge_collector.shutdown import Shutdown
from otel_bridge_collector.stages.storage import Storage, open_storage
from tests.support.rows import row, writes
from tests.support.spool import ROUTING


def with_storage(folder: Path, use: Callable[[Storage, Stage], Awaitable[None]]) -> None:
    """Open a data folder and stage it."""

    async def run() -> None:
        async with AsyncExitStack() as stages:
            storage = open_storage(Settings(data_dir=folder), Shutdown(10), stages)
            await use(storage, Stage(folder, storage.spool, storage.store, storage.sink.on_writer))

    asyncio.run(run())


def names(parts: list[Part]) -> set[str]:
    return {part.name for part in parts}


def test_it_has_every_file_but_those_that_are_being_written(tmp_path: Path) -> None:
    async def use(storage: Storage, stage: Stage) -> None:
        await storage.spool.append(ROUTING, b"1")
        storage.store.apply(writes([row("a")]), next_seq=2)
        (tmp_path / "delivery" / "store.cursor").write_text("2")
        (tmp_path / "delivery" / "store.new").write_text("3")
        (tmp_path / "attachments" / "tmp123").write_bytes(b"half")
        (tmp_path / "attachments" / "place").mkdir()
        (tmp_path / "attachments" / "place" / ("a" * 64)).write_bytes(b"whole")

        found = names(await stage.fill())

        (segment,) = (tmp_path / "spool").glob("*.seg")
        assert found == {
            "rows.duckdb", "objects.sqlite", "receipts.sqlite", "scoring.sqlite", "feedback.json", "spool/version", f"spool/{segment.name}",
            "delivery/version", "delivery/store.cursor", "attachments/secret", f"attachments/place/{'a' * 64}",
        }  # fmt: skip

    with_storage(tmp_path, use)


def test_what_comes_later_is_not_in_it(tmp_path: Path) -> None:
    async def use(storage: Storage, stage: Stage) -> None:
        await storage.spool.append(ROUTING, b"1")
        (size,) = [segment.size for segment in storage.spool.durable()]

        parts = await stage.fill()
        await storage.spool.append(ROUTING, b"2")

        (segment,) = [part for part in parts if part.name.endswith(".seg")]
        assert (segment.size, segment.path.stat().st_size > size) == (size, True)

    with_storage(tmp_path, use)


def test_what_the_spool_deletes_later_is_still_in_it(tmp_path: Path) -> None:
    async def use(storage: Storage, stage: Stage) -> None:
        await storage.spool.append(ROUTING, b"1")
        parts = await stage.fill()
        for path in (tmp_path / "spool").glob("*.seg"):
            path.unlink()

        (segment,) = [part for part in parts if part.name.endswith(".seg")]
        assert segment.path.stat().st_size == segment.size

    with_storage(tmp_path, use)


def test_it_can_be_filled_again_over_what_was_left(tmp_path: Path) -> None:
    async def use(storage: Storage, stage: Stage) -> None:
        del storage
        first = names(await stage.fill())
        assert names(await stage.fill()) == first
        stage.clear()
        assert not (tmp_path / STAGE).exists()
        clear_stage(tmp_path)  # there is none

    with_storage(tmp_path, use)


def test_what_cannot_be_copied_is_an_error(tmp_path: Path) -> None:
    async def use(storage: Storage, stage: Stage) -> None:
        del storage
        shutil.rmtree(tmp_path / "delivery")
        with pytest.raises(BackupError, match="cannot be copied"):
            await stage.fill()

    with_storage(tmp_path, use)
