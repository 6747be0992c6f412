"""What is known of all rows without a look at them."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from otel_bridge_collector.store.duckdb import DuckDBStore
from otel_bridge_collector.store.expiry import Horizon
from otel_bridge_collector.store.interface import Statement
from otel_bridge_collector.store.known_rows import KnownRows
from otel_bridge_collector.store.readers import Readers
from tests.support.rows import row, writes

STRING = '"Factuality":"'


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DuckDBStore]:
    opened = DuckDBStore(tmp_path / "rows.duckdb")
    opened.apply(
        writes([row("a", scores={"Factuality": 0.5}), row("b", scores={"Tone": "high"})]), next_seq=1
    )
    yield opened
    opened.close()


def lacks(store: DuckDBStore, text: str = STRING, column: str = "scores") -> bool:
    return store.lacks(column, text, timeout_s=30)


def test_what_no_row_has_is_known_to_be_absent(store: DuckDBStore) -> None:
    assert [lacks(store), lacks(store, '"Tone":"'), lacks(store, '"Factuality":')] == [True, False, False]


def test_what_is_written_is_absent_no_more(store: DuckDBStore) -> None:
    before = lacks(store)
    store.apply(writes([row("c"), row("d", scores={"Factuality": "high"})]), next_seq=2)

    assert (before, lacks(store)) == (True, False)


def test_what_a_fact_brings_into_a_row_is_absent_no_more(store: DuckDBStore) -> None:
    before = lacks(store)
    store.apply(writes([row("a", scores={"Factuality": "high"}, _is_merge=True)]), next_seq=2)

    assert (before, lacks(store)) == (True, False)


def test_what_is_written_into_another_column_stays_absent(store: DuckDBStore) -> None:
    before = lacks(store)
    store.apply(writes([row("c", metadata={"Factuality": "high"})]), next_seq=2)

    assert (before, lacks(store), lacks(store, column="metadata")) == (True, True, False)


def test_a_text_is_not_put_together_of_two_rows(store: DuckDBStore) -> None:
    before = lacks(store, "1}{2")
    store.apply(writes([row("c", scores={"Tone": 1}), row("d", scores={"Tone": 2})]), next_seq=2)

    assert (before, lacks(store, "1}{2")) == (True, True)


def test_what_was_not_written_by_apply_is_looked_for_again(store: DuckDBStore) -> None:
    before = lacks(store)

    def change(connection: duckdb.DuckDBPyConnection, _: Horizon) -> None:
        connection.execute("UPDATE store.rows SET scores = $1", ['{"Factuality":"high"}'])

    store.change(change)

    assert (before, lacks(store)) == (True, False)


def test_of_many_texts_those_are_known_that_were_asked_for_last(store: DuckDBStore) -> None:
    found = [lacks(store, f'"s{number}":"') for number in range(100)]
    store.apply(writes([row("c", scores={"s99": "high"})]), next_seq=2)

    assert set(found) == {True}
    assert [lacks(store, f'"s{number}":"') for number in (0, 98, 99)] == [True, True, False]


def test_a_search_that_takes_too_long_knows_nothing_and_is_not_repeated() -> None:
    connection = duckdb.connect(":memory:")
    connection.execute("ATTACH ':memory:' AS store")
    # More rows than can be searched, made as they are read.
    connection.execute(
        "CREATE VIEW store.rows AS SELECT a.range::VARCHAR AS scores FROM range(100000000000) a, range(1000) b"
    )
    readers = Readers(connection)
    known = KnownRows(readers)

    first = known.lacks("scores", STRING, timeout_s=0.1)
    begin_s = time.monotonic()
    second = known.lacks("scores", STRING, timeout_s=30)

    assert (first, second, time.monotonic() - begin_s < 10) == (False, False, True)
    readers.close()
    connection.close()


def test_whatever_is_written_at_the_time_of_the_search_is_not_missed(store: DuckDBStore) -> None:
    def write() -> None:
        for number in range(20):
            store.apply(
                writes([row(f"w{number}", scores={f"s{number}": "high"})]), next_seq=store.next_seq() + 1
            )

    writing = threading.Thread(target=write)
    writing.start()
    while writing.is_alive():
        for number in range(20):
            lacks(store, f'"s{number}":"')
    writing.join()

    assert [number for number in range(20) if lacks(store, f'"s{number}":"')] == []


def test_the_newest_transaction_is_known_when_the_store_is_opened_again(tmp_path: Path) -> None:
    first = DuckDBStore(tmp_path / "rows.duckdb")
    first.apply(writes([row("a", _xact_id="7")]), next_seq=1)
    first.close()

    second = DuckDBStore(tmp_path / "rows.duckdb")
    newest = second.newest_xact_id()
    second.close()

    assert newest == 7


def test_a_transaction_is_not_forgotten_with_its_row(store: DuckDBStore) -> None:
    store.apply(writes([row("c", xact=2**62)]), next_seq=2)
    store.apply(writes([row("c", xact=2**62, _object_delete=True)]), next_seq=3)

    assert store.newest_xact_id() == 2**62
    left = store.select(Statement(sql="SELECT count(*) FROM store.rows WHERE id = 'c'"), timeout_s=30)
    assert left == [(0,)]
