"""What a store has of a batch's rows, asked of a real file."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.store.assembly import Entry
from otel_bridge_collector.store.columns import RowKey, key_of
from otel_bridge_collector.store.duckdb import DuckDBStore
from otel_bridge_collector.store.stored_rows import StoredRows
from tests.support.rows import row, writes

T = TypeVar("T")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DuckDBStore]:
    opened = DuckDBStore(tmp_path / "rows.duckdb")
    opened.apply(writes([row("a", output="1")]), next_seq=1)
    opened.apply([RowWrite(row=row("a", scores={"s": 1}, _is_merge=True), fact="f")], next_seq=2)
    yield opened
    opened.close()


def asked(store: DuckDBStore, ask: Callable[[StoredRows], T]) -> T:
    return store.change(lambda connection, _: ask(StoredRows(connection)))


def entries(*ids: str) -> dict[RowKey, Entry]:
    return {key_of(row(name)): Entry() for name in ids}


def test_rows_that_are_there_fill_their_entries_and_others_stay_empty(store: DuckDBStore) -> None:
    found = entries("a", "b")

    places = asked(store, lambda stored: stored.read_rows(found))

    there, missing = found.values()
    assert len(places) == 1
    assert there.base is not None
    assert there.base.get("output") == "1"
    assert missing.base is None


def test_facts_fill_the_entry_of_their_row_until_they_are_removed(store: DuckDBStore) -> None:
    found = entries("a", "b")
    key = key_of(row("a"))

    assert asked(store, lambda stored: stored.read_facts(found)) == [key]
    assert list(found[key].facts) == ["f"]

    asked(store, lambda stored: stored.delete_facts(key))
    assert asked(store, lambda stored: stored.read_facts(entries("a"))) == []


def test_a_fact_names_a_row_unless_the_batch_brings_one_of_that_id(store: DuckDBStore) -> None:
    fact = (key_of(row("a")), RowWrite(row=row("a"), fact="g"))
    whole = (key_of(row("a")), RowWrite(row=row("a")))

    named = asked(store, lambda stored: stored.named_by_facts([fact]))

    assert [identity.key.id for identity in named] == ["a"]
    assert asked(store, lambda stored: stored.named_by_facts([fact, whole])) == []
