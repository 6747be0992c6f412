"""The versions that an archive names are those that the files state."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from otel_bridge_collector.backup.formats import VERSIONS, check_versions
from otel_bridge_collector.errors import BackupError
from otel_bridge_collector.spool.format import read_format
from tests.support.collector import running_collector


def test_they_are_those_of_a_folder_that_this_release_has_written(tmp_path: Path) -> None:
    with running_collector(tmp_path / "data"):
        pass
    stated: dict[str, int | None] = {
        folder: read_format(tmp_path / "data" / folder) for folder in ("spool", "delivery")
    }
    for name in ("objects", "receipts", "scoring"):
        with closing(sqlite3.connect(tmp_path / "data" / f"{name}.sqlite")) as file:
            stated[name] = file.execute("PRAGMA user_version").fetchone()[0]

    assert {name: version for name, version in VERSIONS.items() if name != "store"} == stated


def test_files_that_this_release_does_not_know_are_refused() -> None:
    with pytest.raises(BackupError, match="the pictures in it are of version 1"):
        check_versions({"pictures": 1})
