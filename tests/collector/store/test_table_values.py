"""Values of entries, written and read back."""

from collections.abc import Iterator
from contextlib import closing

import duckdb
import pytest

from otel_bridge.contract.row import Row
from otel_bridge_collector.store.assembly import Entry, Fact
from otel_bridge_collector.store.batch_columns import Shown
from otel_bridge_collector.store.columns import key_of
from otel_bridge_collector.store.table_values import fetch, insert, insert_rows, shown_row

ROW: Row = {
    "id": "a",
    "span_id": "a",
    "root_span_id": "t",
    "project_id": "p",
    "log_id": "g",
    "created": "2026-01-05T09:00:00.123Z",
    "_xact_id": "7",
    "output": "said",
}


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with closing(duckdb.connect()) as connection:
        connection.execute("CREATE TABLE t(a VARCHAR, b BIGINT)")
        yield connection


def test_what_was_inserted_is_there(connection: duckdb.DuckDBPyConnection) -> None:
    insert_rows(connection, "t", {"a": "VARCHAR", "b": "BIGINT"}, [["x", 1], ["y", None]])

    assert connection.execute("SELECT * FROM t ORDER BY a").fetchall() == [("x", 1), ("y", None)]


def test_nothing_is_inserted_without_a_statement(connection: duckdb.DuckDBPyConnection) -> None:
    insert_rows(connection, "no_such_table", {"a": "VARCHAR"}, [])
    insert(connection, "no_such_table", {"a": "VARCHAR"}, {})


def test_a_row_has_its_price() -> None:
    found = shown_row(key_of(ROW), Entry(pagination_key=1, base=ROW), lambda row: len(row["id"]) / 2)

    assert found == Shown(key_of(ROW), ROW, 1, 7, base=None, audit=None, cost=0.5)


def test_a_row_with_facts_keeps_what_it_is_without() -> None:
    fact = Fact(id="f", stated_ns=1, fills_only=False, content={"scores": {"s": 1.0}}, xact_id=8)

    found = shown_row(key_of(ROW), Entry(base=ROW, facts={"f": fact}), lambda _: None)

    assert found
    assert (found.base, found.xact_id, found.row.get("scores")) == (ROW, 8, {"s": 1.0})


def test_what_nobody_sees_is_not_shown() -> None:
    assert shown_row(key_of(ROW), Entry(pagination_key=1, base=None), lambda _: None) is None


def test_fetching_stops_above_its_size_and_says_so(connection: duckdb.DuckDBPyConnection) -> None:
    query = "SELECT repeat('x', 10) FROM range(5)"

    assert fetch(connection.execute(query), 30) == ([("x" * 10,)] * 3, True)
    assert fetch(connection.execute(query), 50) == ([("x" * 10,)] * 5, False)
    assert fetch(connection.execute(query), 5) == ([("x" * 10,)], True)
    assert fetch(connection.execute(query), None) == ([("x" * 10,)] * 5, False)
