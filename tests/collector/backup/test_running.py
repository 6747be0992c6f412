"""Backups of a running sidecar: begun, streamed, ended."""

import io
from pathlib import Path

import pytest

from otel_bridge_collector.backup.archive import read_archive
from otel_bridge_collector.backup.formats import VERSIONS
from otel_bridge_collector.backup.running import Backups
from otel_bridge_collector.backup.stage import STAGE, Stage
from otel_bridge_collector.errors import BackupError
from otel_bridge_collector.stages.storage import Storage
from tests.collector.backup.test_stage import with_storage


def test_what_is_streamed_is_an_archive(tmp_path: Path) -> None:
    async def use(storage: Storage, stage: Stage) -> None:
        del storage
        backups = Backups(stage)
        parts = await backups.begin()
        assert backups.is_running

        data = b"".join([chunk async for chunk in backups.stream(parts)])

        await backups.end()
        assert (backups.is_running, (tmp_path / STAGE).exists()) == (False, False)
        found = read_archive(io.BytesIO(data))
        assert (found.versions, set(found.files)) == (VERSIONS, {part.name for part in parts})

    with_storage(tmp_path, use)


def test_one_that_cannot_be_begun_has_ended(tmp_path: Path) -> None:
    async def use(storage: Storage, stage: Stage) -> None:
        backups = Backups(stage)
        storage.sink.close()
        with pytest.raises((BackupError, RuntimeError)):
            await backups.begin()
        assert (backups.is_running, (tmp_path / STAGE).exists()) == (False, False)

    with_storage(tmp_path, use)
