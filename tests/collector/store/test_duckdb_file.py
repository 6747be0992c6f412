"""The file of the embedded store, and files of earlier versions."""

from pathlib import Path

import duckdb
import pytest

from otel_bridge_collector.store.duckdb import DuckDBStore
from otel_bridge_collector.store.duckdb_file import open_file, read_progress
from otel_bridge_collector.store.interface import Statement
from tests.support.rows import row, writes


def test_a_new_file_begins_at_the_start_of_the_spool(tmp_path: Path) -> None:
    connection = open_file(tmp_path / "rows.duckdb", memory_limit_mb=100, threads=1)

    assert read_progress(connection) == 0
    connection.close()


def test_a_file_that_is_no_store_is_the_engines_error(tmp_path: Path) -> None:
    (tmp_path / "rows.duckdb").write_bytes(b"x" * 10_000)

    with pytest.raises(duckdb.Error):
        open_file(tmp_path / "rows.duckdb", memory_limit_mb=100, threads=1)


def test_a_file_of_an_earlier_version_gets_the_columns_that_it_lacks(tmp_path: Path) -> None:
    first = DuckDBStore(tmp_path / "rows.duckdb")
    first.apply(writes([row("a")]), next_seq=1)
    first._connection.execute("ALTER TABLE store.rows DROP COLUMN cost")
    first.close()

    second = DuckDBStore(tmp_path / "rows.duckdb", price=lambda _: 1.0)
    second.apply(writes([row("b")]), next_seq=2)

    found = second.select(Statement(sql="SELECT id, cost FROM store.rows ORDER BY id"), timeout_s=30)
    assert found == [("a", None), ("b", 1.0)]
    second.close()
