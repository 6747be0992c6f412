"""The data folder, opened and closed as a sidecar does."""

import asyncio
import stat
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from otel_bridge_collector.errors import SettingsError, SpoolError
from otel_bridge_collector.settings import load_settings
from otel_bridge_collector.shutdown import Shutdown
from otel_bridge_collector.spool.lock import FolderLock
from otel_bridge_collector.stages.storage import open_storage, spool_limits
from tests.support.spool import ROUTING

DRAIN_S = 5.0


async def open_and_close(folder: Path) -> None:
    async with AsyncExitStack() as stages:
        open_storage(load_settings(data_dir=folder), Shutdown(DRAIN_S), stages)


def test_nobody_else_gets_in(tmp_path: Path) -> None:
    async def run() -> None:
        await open_and_close(tmp_path / "data")

        folders = [tmp_path / "data", tmp_path / "data" / "spool", tmp_path / "data" / "delivery"]
        assert [stat.S_IMODE(folder.stat().st_mode) for folder in folders] == [0o700] * 3

    asyncio.run(run())


def test_what_is_closed_can_be_opened_again(tmp_path: Path) -> None:
    async def run() -> None:
        await open_and_close(tmp_path)
        await open_and_close(tmp_path)

    asyncio.run(run())


def test_transactions_go_on_behind_all_that_are_in_the_files(tmp_path: Path) -> None:
    async def run() -> None:
        async with AsyncExitStack() as stages:
            storage = open_storage(load_settings(data_dir=tmp_path), Shutdown(DRAIN_S), stages)
            newest = 2 * storage.xacts.next()
            storage.objects.in_projects.create("prompt", "p", "ahead", xact_id=newest)

        async with AsyncExitStack() as stages:
            storage = open_storage(load_settings(data_dir=tmp_path), Shutdown(DRAIN_S), stages)
            kept = await storage.spool.append(ROUTING, b"")

            assert newest < kept.xact < storage.xacts.next()

    asyncio.run(run())


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    async def run() -> None:
        lock = FolderLock(tmp_path)

        with pytest.raises(SpoolError):
            await open_and_close(tmp_path)

        lock.release()
        assert not (tmp_path / "rows.duckdb").exists()

    asyncio.run(run())


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    async def run() -> None:
        (tmp_path / "file").touch()

        with pytest.raises(SettingsError, match=r"cannot make the data folder .*--data-dir"):
            await open_and_close(tmp_path / "file" / "data")

    asyncio.run(run())


def test_the_spool_may_hold_what_the_settings_say(tmp_path: Path) -> None:
    limits = spool_limits(load_settings(data_dir=tmp_path, spool_max_bytes=1 << 30, spool_keep_s=60.0))

    assert (limits.max_bytes, limits.keep_s) == (1 << 30, 60.0)
