"""The store as a caller sees it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from otel_bridge_collector.access import OWNER, Access
from otel_bridge_collector.errors import ForbiddenError
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.store.confined import ConfinedStore
from otel_bridge_collector.store.duckdb import DuckDBStore
from otel_bridge_collector.store.interface import Statement

COUNT = "SELECT count(*) FROM store.rows AS r WHERE r.id <> $no"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DuckDBStore]:
    opened = DuckDBStore(tmp_path / "rows.duckdb")
    writes = [
        RowWrite(
            row={"id": row_id, "project_id": project, "log_id": "g", "_xact_id": "1", "_pagination_key": "p1"}
        )
        for row_id, project in (("a", "mine"), ("b", "theirs"), ("c", "theirs"))
    ]
    opened.apply(writes, next_seq=1)
    yield opened
    opened.close()


def select(store: DuckDBStore, sql: str, *projects: str) -> list[tuple[object, ...]]:
    access = Access(scopes=frozenset(), projects=frozenset(projects))
    confined = ConfinedStore(store, lambda: access)
    return confined.select(Statement(sql=sql, parameters={"no": ""}), timeout_s=10)


def test_a_statement_sees_only_the_projects_in_reach(store: DuckDBStore) -> None:
    seen = [select(store, COUNT, *projects) for projects in (("mine",), ("mine", "theirs"), ("other",), ())]

    assert seen == [[(1,)], [(3,)], [(0,)], [(0,)]]


def test_every_mention_of_the_table_is_narrowed(store: DuckDBStore) -> None:
    sql = "SELECT (SELECT count(*) FROM store.rows WHERE id <> $no), count(*) FROM store.rows JOIN store.rows o ON true"

    assert select(store, sql, "mine") == [(1, 1)]


def test_past_states_are_narrowed_too(store: DuckDBStore) -> None:
    assert select(store, "SELECT count(*) FROM store.history WHERE id <> $no", "mine") == [(0,)]


def test_who_reaches_all_projects_sees_every_row(store: DuckDBStore) -> None:
    confined = ConfinedStore(store, lambda: OWNER)

    assert confined.select(Statement(sql=COUNT, parameters={"no": ""}), timeout_s=10) == [(3,)]


@pytest.mark.parametrize("table", ["store.facts", "store.progress", "store.some_new_table"])
def test_a_table_that_cannot_be_narrowed_is_refused(store: DuckDBStore, table: str) -> None:
    with pytest.raises(ForbiddenError, match="all projects only"):
        select(store, f"SELECT count(*) FROM {table}", "mine")  # noqa: S608 - a name of the test


def test_rows_that_stand_in_no_table_can_be_read(store: DuckDBStore) -> None:
    assert select(store, "SELECT $no", "mine") == [("",)]


def test_the_newest_transaction_is_one_in_reach(store: DuckDBStore) -> None:
    late = RowWrite(
        row={"id": "d", "project_id": "theirs", "log_id": "g", "_xact_id": "5", "_pagination_key": "p5"}
    )
    store.apply([late], next_seq=2)

    def newest(access: Access) -> int:
        return ConfinedStore(store, lambda: access).newest_xact_id()

    mine, nothing = (Access(scopes=frozenset(), projects=frozenset(each)) for each in ({"mine"}, set[str]()))
    assert [newest(OWNER), newest(mine), newest(nothing)] == [5, 1, 0]
