"""Statements over past states of rows, and over rows of no table."""

from pathlib import Path
from typing import Any, Final

import pytest

from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.store.columns import to_columns
from otel_bridge_collector.store.duckdb import DuckDBStore
from otel_bridge_collector.store.interface import Statement
from otel_bridge_collector.store.versions import at_version, of_all_versions, over_rows
from tests.support.rows import XACT, row

INPUTS: Final = Statement(
    sql="SELECT id, input FROM store.rows WHERE object_id = $o ORDER BY id", parameters={"o": "d"}
)


def record(row_id: str, xact: int, **fields: Any) -> RowWrite:
    given = row(row_id, xact=XACT + xact, **fields)
    return RowWrite(row={**given, "dataset_id": "d"})


@pytest.fixture(params=["one batch", "a batch for each"])
def store(tmp_path: Path, request: pytest.FixtureRequest) -> Any:
    store = DuckDBStore(tmp_path / "rows.duckdb")
    writes = [
        record("a", 0, input=1),
        record("b", 0, input=1),
        record("a", 1, input=2, _is_merge=True),
        record("a", 2, _object_delete=True),
        record("a", 3, input=4),
    ]
    batches = [writes] if request.param == "one batch" else [[write] for write in writes]
    for next_seq, batch in enumerate(batches, start=1):
        store.apply(batch, next_seq=next_seq)
    yield store
    store.close()


@pytest.mark.parametrize(
    ("version", "inputs"),
    [
        pytest.param(-1, [], id="before"),
        pytest.param(0, [("a", "1"), ("b", "1")], id="first"),
        pytest.param(1, [("a", "2"), ("b", "1")], id="merged"),
        pytest.param(2, [("b", "1")], id="deleted"),
        pytest.param(9, [("a", "4"), ("b", "1")], id="now"),
    ],
)
def test_a_version_shows_the_rows_as_they_were(
    store: DuckDBStore, version: int, inputs: list[tuple[str, str]]
) -> None:
    assert store.select(at_version(INPUTS, XACT + version), timeout_s=30) == inputs


def test_every_state_is_a_row_of_its_own_with_its_action(store: DuckDBStore) -> None:
    actions = Statement(
        sql="SELECT xact_id, input, audit_data FROM store.rows WHERE id = $id ORDER BY xact_id",
        parameters={"id": "a"},
    )

    assert store.select(of_all_versions(actions, None), timeout_s=30) == [
        (XACT, "1", '{"action":"upsert"}'),
        (XACT + 1, "2", '{"action":"merge"}'),
        (XACT + 2, None, '{"action":"delete"}'),
        (XACT + 3, "4", '{"action":"upsert"}'),
    ]


def test_states_of_logs_are_not_kept(tmp_path: Path) -> None:
    store = DuckDBStore(tmp_path / "rows.duckdb")
    store.apply([RowWrite(row=row("a")), RowWrite(row=row("a", xact=XACT + 1))], next_seq=1)

    kept = store.select(Statement(sql="SELECT count(*) FROM store.history"), timeout_s=30)
    store.close()

    assert kept == [(0,)]


def test_a_statement_reads_rows_that_are_given(store: DuckDBStore) -> None:
    given = to_columns(record("z", 0, input="given").row, pagination_key=1, base=None)

    assert store.select(over_rows(INPUTS, [given]), timeout_s=30) == [("z", '"given"')]
    assert store.select(over_rows(INPUTS, []), timeout_s=30) == []
