"""The file of the embedded store, and files of earlier and of newer versions."""

import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Final

import duckdb
import pytest

from otel_bridge_collector.errors import StoreError
from otel_bridge_collector.store import duckdb_file
from otel_bridge_collector.store.duckdb import DuckDBStore
from otel_bridge_collector.store.duckdb_file import (
    VERSION,
    merge_row_groups,
    open_file,
    read_progress,
    schema_version,
)
from otel_bridge_collector.store.interface import Statement
from tests.support.earlier import first_data
from tests.support.rows import row, writes

IDS: Final = [("0000000000000001",), ("0000000000000002",)]


def opened(path: Path) -> duckdb.DuckDBPyConnection:
    return open_file(path, memory_limit_mb=100, threads=1)


def schema_of(path: Path) -> list[tuple[object, ...]]:
    """Every column of every table, with its type, wherever it stands in the table."""
    connection = opened(path)
    read_progress(connection, path=path)
    found = connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE database_name = 'store' ORDER BY ALL"
    ).fetchall()
    connection.close()
    return found


def test_a_new_file_begins_at_the_start_of_the_spool(tmp_path: Path) -> None:
    connection = opened(tmp_path / "rows.duckdb")

    assert read_progress(connection, path=tmp_path / "rows.duckdb") == 0
    assert schema_version(connection) == VERSION
    connection.close()


def row_groups(connection: duckdb.DuckDBPyConnection) -> int:
    found = connection.execute(
        "SELECT count(DISTINCT row_group_id) FROM pragma_storage_info('store.rows')"
    ).fetchone()
    return int(found[0]) if found else 0


def test_row_groups_are_merged_only_when_that_is_asked_for(tmp_path: Path) -> None:
    connection = opened(tmp_path / "rows.duckdb")
    read_progress(connection, path=tmp_path / "rows.duckdb")
    found: list[int] = []

    for checkpoint in ("CHECKPOINT store", "CHECKPOINT store", "merge", "CHECKPOINT store"):
        connection.execute("INSERT INTO store.rows(id) SELECT range::VARCHAR FROM range(100)")
        if checkpoint == "merge":
            merge_row_groups(connection)
        else:
            connection.execute(checkpoint)
        found.append(row_groups(connection))

    assert found == [1, 2, 1, 2]
    connection.close()


def test_a_file_that_is_no_store_is_the_engines_error(tmp_path: Path) -> None:
    (tmp_path / "rows.duckdb").write_bytes(b"x" * 10_000)

    with pytest.raises(duckdb.Error):
        opened(tmp_path / "rows.duckdb")


def test_a_file_of_the_first_version_gets_the_schema_of_a_new_one(tmp_path: Path) -> None:
    path = first_data(tmp_path) / "rows.duckdb"

    assert schema_of(path) == schema_of(tmp_path / "new.duckdb")


def test_a_file_of_the_first_version_keeps_its_rows_and_its_place_and_takes_more(tmp_path: Path) -> None:
    store = DuckDBStore(first_data(tmp_path) / "rows.duckdb", price=lambda _: 1.0)
    assert store.next_seq() == 2

    store.apply(writes([row("b")]), next_seq=3)

    sql = "SELECT id, cost, size_bytes > 0 FROM store.rows ORDER BY id"
    found = store.select(Statement(sql=sql), timeout_s=30)
    assert found == [(IDS[0][0], None, True), (IDS[1][0], None, True), ("b", 1.0, True)]
    store.close()


@pytest.mark.parametrize("version", range(1, VERSION))
def test_a_file_of_every_earlier_version_comes_to_the_newest(tmp_path: Path, version: int) -> None:
    path = first_data(tmp_path) / "rows.duckdb"
    connection = opened(path)
    for step in range(1, version):
        connection.execute(f"{duckdb_file._MIGRATIONS[step - 1]}; {duckdb_file._noted(step + 1)}")
    assert schema_version(connection) == version
    connection.close()

    assert schema_of(path) == schema_of(tmp_path / "new.duckdb")


def test_a_file_of_a_newer_version_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "rows.duckdb"
    DuckDBStore(path).close()
    connection = opened(path)
    connection.execute("UPDATE store.schema_version SET version = 99")
    connection.close()

    with pytest.raises(StoreError, match=r"rows\.duckdb is of version 99.*use the newer release"):
        DuckDBStore(path)


def _migrate_and_die(path: Path, step: int) -> None:
    """Begin to bring a file to the newest schema, and die within step `step`, its work done and not yet committed."""
    connection = opened(path)
    run: Callable[[duckdb.DuckDBPyConnection, str], None] = duckdb_file._in_transaction

    def dying(connection: duckdb.DuckDBPyConnection, statements: str) -> None:
        if schema_version(connection) == step:
            connection.begin()
            connection.execute(statements)
            os._exit(9)
        run(connection, statements)

    duckdb_file._in_transaction = dying
    read_progress(connection, path=path)


@pytest.mark.parametrize("step", range(1, VERSION))
def test_a_migration_that_is_killed_leaves_the_version_before_it_and_goes_on_later(
    tmp_path: Path, step: int
) -> None:
    path = first_data(tmp_path) / "rows.duckdb"
    process: SpawnProcess = multiprocessing.get_context("spawn").Process(
        target=_migrate_and_die, args=(path, step)
    )
    process.start()
    process.join(60)
    assert process.exitcode == 9
    connection = opened(path)
    assert schema_version(connection) == step

    read_progress(connection, path=path)

    assert schema_version(connection) == VERSION
    assert connection.execute("SELECT id FROM store.rows ORDER BY id").fetchall() == IDS
    connection.close()
