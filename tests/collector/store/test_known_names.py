"""The filter of names, over real tables."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from otel_bridge_collector.store.duckdb_file import open_file, read_progress
from otel_bridge_collector.store.known_names import KnownNames

STRANGERS = [f"stranger-{number}" for number in range(1_000)]


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with closing(open_file(tmp_path / "rows.duckdb", memory_limit_mb=256, threads=1)) as connection:
        read_progress(connection, path=tmp_path)
        yield connection


def _write(connection: duckdb.DuckDBPyConnection, ids: list[str]) -> None:
    connection.execute("INSERT INTO store.rows(id, span_id) SELECT i, i FROM unnest($1) t(i)", [ids])


def test_every_name_in_the_tables_is_known_and_hardly_another(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("""
        INSERT INTO store.rows(id, span_id, root_span_id, is_root) VALUES
        ('row', 'span', 'trace', true), ('naïve', 'naïve', 'trace of another', false), ('bare', NULL, NULL, NULL)
    """)
    connection.execute("INSERT INTO store.facts(id) VALUES ('waiting')")
    known = KnownNames(connection)

    names = ["row", "span", "trace", "naïve", "bare", "waiting"]
    assert known.among([*names, "trace of another", "row"]) == names
    assert len(known.among(STRANGERS)) < 10


def test_an_empty_store_knows_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    assert KnownNames(connection).among(["a"]) == []


def test_a_name_may_hold_any_character(connection: duckdb.DuckDBPyConnection) -> None:
    names = ["a\0b", "", "\0", "日本"]
    known = KnownNames(connection)
    assert known.among(names) == []
    known.add(names)
    _write(connection, names)

    assert known.among([*names, "a", "b"]) == names
    assert KnownNames(connection).among([*names, "a", "b"]) == names


def test_what_is_added_is_known_as_if_it_had_been_read(connection: duckdb.DuckDBPyConnection) -> None:
    known = KnownNames(connection)
    assert known.among(["a", "b"]) == []

    known.add(["a"])

    assert known.among(["b", "a"]) == ["a"]
    assert len(known.among(STRANGERS)) < 10


def test_a_filter_that_is_full_is_made_again_of_the_tables(connection: duckdb.DuckDBPyConnection) -> None:
    known = KnownNames(connection, least=16)
    written: list[str] = []
    for batch in range(20):
        ids = [f"{batch}-{number}" for number in range(10)]
        assert len(known.among(ids)) < 3
        known.add(ids)
        _write(connection, ids)
        written += ids

        assert known.among(written) == written
    assert len(known.among(STRANGERS)) < 10


def test_names_of_a_batch_that_failed_may_stay_known_and_hide_none(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    known = KnownNames(connection)
    known.among(["never written", "a"])

    known.add(["a"])

    assert "a" in known.among(["a", "never written"])
