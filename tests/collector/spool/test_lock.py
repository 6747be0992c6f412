from pathlib import Path

import pytest

from otel_bridge_collector.errors import SpoolError
from otel_bridge_collector.spool.lock import FolderLock


def test_a_folder_is_locked_once(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path)

    with pytest.raises(SpoolError, match="another sidecar uses"):
        FolderLock(tmp_path)
    lock.release()


def test_a_released_folder_is_free(tmp_path: Path) -> None:
    FolderLock(tmp_path).release()

    FolderLock(tmp_path).release()


def test_a_folder_that_is_no_folder_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(SpoolError, match="cannot write to the data folder"):
        FolderLock(tmp_path / "missing")
