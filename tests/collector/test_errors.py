"""Which errors say that a disk is full."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from otel_bridge_collector.errors import is_disk_full


def test_a_file_and_a_database_that_find_no_room_say_that_the_disk_is_full(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb", buffering=0) as full, pytest.raises(OSError) as of_file:  # noqa: PT011 - its number is what is asked
        full.write(b"x")
    with closing(sqlite3.connect(tmp_path / "small.sqlite")) as database:
        database.execute("PRAGMA max_page_count = 2")
        database.execute("CREATE TABLE t(x)")
        with pytest.raises(sqlite3.Error) as of_database:
            database.execute("INSERT INTO t VALUES (zeroblob(100000))")

    assert is_disk_full(of_file.value)
    assert is_disk_full(of_database.value)


def test_other_errors_of_files_and_databases_do_not(tmp_path: Path) -> None:
    with pytest.raises(OSError) as of_file:  # noqa: PT011 - likewise
        (tmp_path / "missing" / "file").write_bytes(b"")
    with closing(sqlite3.connect(":memory:")) as database, pytest.raises(sqlite3.Error) as of_database:
        database.execute("SELECT * FROM missing")

    assert not is_disk_full(of_file.value)
    assert not is_disk_full(of_database.value)
