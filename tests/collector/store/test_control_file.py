"""The file of the control plane; what its migrations keep is tested where it is read (`test_project_objects`)."""

import multiprocessing
import os
import sqlite3
import threading
from contextlib import closing
from multiprocessing.context import SpawnProcess
from pathlib import Path

import pytest

from otel_bridge_collector.store import control_file
from otel_bridge_collector.store.control_file import ControlFile, transaction
from tests.support.earlier import first_data


def test_a_new_file_has_the_newest_schema_and_stays_as_it_is(tmp_path: Path) -> None:
    first = ControlFile(tmp_path / "objects.sqlite")
    first.connection.execute("INSERT INTO org VALUES ('o', 'local')")
    first.close()

    second = ControlFile(tmp_path / "objects.sqlite")
    kept = second.connection.execute("SELECT id FROM org").fetchall()
    second.close()

    assert kept == [("o",)]


def test_what_a_full_disk_does_not_keep_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "f", isolation_level=None)) as connection:
        connection.execute("CREATE TABLE t(a)")
        connection.execute("PRAGMA max_page_count = 3")

        with pytest.raises(sqlite3.OperationalError, match="full"), transaction(connection):
            connection.execute("INSERT INTO t VALUES ('small'), (zeroblob(100000))")
        with transaction(connection):
            connection.execute("INSERT INTO t VALUES ('later')")

        assert connection.execute("SELECT a FROM t").fetchall() == [("later",)]


def test_a_transaction_that_cannot_end_is_taken_back(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "f", isolation_level=None)) as connection:
        connection.executescript("PRAGMA foreign_keys = ON; CREATE TABLE a(id PRIMARY KEY);")
        connection.execute("CREATE TABLE b(a REFERENCES a(id) DEFERRABLE INITIALLY DEFERRED)")

        with pytest.raises(sqlite3.IntegrityError), transaction(connection):
            connection.execute("INSERT INTO b VALUES (1)")
        with transaction(connection):
            connection.execute("INSERT INTO a VALUES (2)")

        assert connection.execute("SELECT count(*) FROM b").fetchone() == (0,)


def test_any_thread_may_use_it(tmp_path: Path) -> None:
    file = ControlFile(tmp_path / "objects.sqlite")
    found: list[object] = []

    def read() -> None:
        with file.lock:
            found.append(file.connection.execute("SELECT count(*) FROM project").fetchone())

    thread = threading.Thread(target=read)
    thread.start()
    thread.join()
    file.close()

    assert found == [(0,)]


def schema_of(path: Path) -> list[tuple[object, ...]]:
    file = ControlFile(path)
    found = file.connection.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY name").fetchall()
    file.close()
    return found


def version_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def test_a_file_of_the_first_version_gets_the_schema_of_a_new_one_and_keeps_its_projects(
    tmp_path: Path,
) -> None:
    path = first_data(tmp_path) / "objects.sqlite"
    assert version_of(path) == 1

    assert schema_of(path) == schema_of(tmp_path / "new.sqlite")

    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute("SELECT name FROM project ORDER BY name").fetchall()
    assert ("first",) in names


def _migrate_and_die(path: Path, step: int) -> None:
    """Do the work of one migration, and die before it is committed."""
    connection = sqlite3.connect(path, isolation_level=None)
    for earlier in range(1, step):
        connection.executescript(
            f"BEGIN; {control_file._MIGRATIONS[earlier]} PRAGMA user_version = {earlier + 1}; COMMIT;"
        )
    connection.executescript(f"BEGIN; {control_file._MIGRATIONS[step]} PRAGMA user_version = {step + 1};")
    os._exit(9)


@pytest.mark.parametrize("step", range(1, len(control_file._MIGRATIONS)))
def test_a_migration_that_is_killed_leaves_the_version_before_it_and_goes_on_later(
    tmp_path: Path, step: int
) -> None:
    path = first_data(tmp_path) / "objects.sqlite"
    process: SpawnProcess = multiprocessing.get_context("spawn").Process(
        target=_migrate_and_die, args=(path, step)
    )
    process.start()
    process.join(60)
    assert (process.exitcode, version_of(path)) == (9, step)

    ControlFile(path).close()

    assert version_of(path) == len(control_file._MIGRATIONS)
