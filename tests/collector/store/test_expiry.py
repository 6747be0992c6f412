"""Which traces and objects are above a limit, and their removal as a whole."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from otel_bridge.contract.row import Row
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.store import expiry
from otel_bridge_collector.store.duckdb import DuckDBStore
from otel_bridge_collector.store.expiry import Removed, Unit
from otel_bridge_collector.store.interface import Statement
from tests.support.rows import XACT, row, writes

NOON = datetime(2026, 1, 10, 12)  # noqa: DTZ001 - the store's times are UTC without a zone


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DuckDBStore]:
    opened = DuckDBStore(tmp_path / "rows.duckdb")
    yield opened
    opened.close()


def log(row_id: str, trace: str, *, hours: float = 0.0, **fields: Any) -> Row:
    """A row of a trace, some hours after noon."""
    created = (NOON + timedelta(hours=hours)).isoformat()
    return row(row_id, root_span_id=trace, created=created, **fields)


def of_dataset(row_id: str, dataset: str, *, hours: float = 0.0, xact: int = XACT) -> Row:
    return log(row_id, row_id, hours=hours, dataset_id=dataset, xact=xact)


def keep(store: DuckDBStore, *rows: Row) -> None:
    store.apply(writes(rows), next_seq=store.next_seq() + 1)


def say(store: DuckDBStore, row_id: str, *, xact: int = XACT) -> None:
    """State a fact about a row."""
    fact = row(row_id, xact=xact, scores={"up": 1})
    store.apply([RowWrite(row=fact, fact=f"fact of {row_id}", fact_ns=1)], next_seq=store.next_seq() + 1)


def ids(store: DuckDBStore, table: str = "rows") -> list[str]:
    statement = Statement(sql=f"SELECT id FROM store.{table} ORDER BY id")  # noqa: S608 - literals
    return [str(found) for (found,) in store.select(statement, timeout_s=30)]


def above(
    store: DuckDBStore,
    *,
    hours: float | None = None,
    max_bytes: int | None = None,
    object_type: str = "project_logs",
) -> Sequence[Unit]:
    return expiry.units_above(
        lambda statement: store.select(statement, timeout_s=30),
        object_type=object_type,
        project_id="p",
        before=None if hours is None else NOON + timedelta(hours=hours),
        max_bytes=max_bytes,
        most=1000,
    )


def remove(store: DuckDBStore, units: Sequence[Unit]) -> Removed:
    return store.change(lambda connection, horizon: expiry.remove(connection, units, horizon))


def test_a_trace_at_the_limit_of_age_stays_and_one_just_older_goes(store: DuckDBStore) -> None:
    keep(store, log("at", "t2"), log("new", "t3", hours=1))
    keep(store, log("older", "t4", hours=-0.001))

    units = above(store, hours=0)

    assert [unit.trace for unit in units] == ["t4"]


def test_the_newest_row_tells_the_age_of_its_trace(store: DuckDBStore) -> None:
    keep(store, log("root", "t", hours=-48), log("late", "t", hours=1, span_parents=["root"]))

    assert above(store, hours=0) == []
    assert [unit.rows for unit in above(store, hours=2)] == [2]


def test_the_oldest_go_until_the_rest_is_exactly_as_large_as_allowed(store: DuckDBStore) -> None:
    keep(store, *(log(f"r{hour}", f"t{hour}", hours=hour) for hour in range(4)))
    size = above(store, max_bytes=0)[0].size_bytes

    assert [unit.trace for unit in above(store, max_bytes=2 * size)] == ["t0", "t1"]
    assert [unit.trace for unit in above(store, max_bytes=2 * size - 1)] == ["t0", "t1", "t2"]


def test_the_size_is_that_of_the_texts_in_utf8(store: DuckDBStore) -> None:
    keep(store, log("a", "t", input="x" * 1000), log("b", "u", hours=1, input="é" * 1000))

    plain, accented = above(store, max_bytes=0)

    assert accented.size_bytes - plain.size_bytes == 1000


def test_other_projects_and_other_types_are_not_looked_at(store: DuckDBStore) -> None:
    keep(store, log("other", "t", hours=-1, project_id="q"), of_dataset("d", "set", hours=-1))

    assert above(store, hours=0) == []


def test_a_trace_goes_with_all_its_rows_and_what_was_said_of_them(store: DuckDBStore) -> None:
    keep(store, log("a", "t", hours=-2), log("b", "t", hours=-1), log("kept", "u", hours=1))
    say(store, "a")
    say(store, "kept")

    removed = remove(store, above(store, hours=0))

    assert (removed.units, removed.rows, removed.facts) == (1, 2, 1)
    assert (ids(store), ids(store, "facts")) == (["kept"], ["kept"])


def test_a_trace_that_got_a_newer_row_meanwhile_stays_whole(store: DuckDBStore) -> None:
    keep(store, log("a", "t", hours=-2))
    units = above(store, hours=0)
    keep(store, log("b", "t", hours=1))

    removed = remove(store, units)

    assert (removed.units, ids(store)) == (0, ["a", "b"])


def test_a_dataset_goes_as_a_whole_with_its_past(store: DuckDBStore) -> None:
    keep(store, of_dataset("a", "gone", hours=-2), of_dataset("b", "kept", hours=-2))
    keep(store, of_dataset("a", "gone", hours=-1, xact=XACT + (1 << 16)), of_dataset("c", "kept", hours=1))
    assert ids(store, "history") == ["a"]

    removed = remove(store, above(store, hours=0, object_type="dataset"))

    assert (removed.units, removed.rows, removed.history) == (1, 1, 1)
    assert (ids(store), ids(store, "history")) == (["b", "c"], [])


def test_a_replay_brings_nothing_back_that_was_removed(store: DuckDBStore) -> None:
    rows = writes([log("gone", "t", hours=-1), log("kept", "u", hours=1, output="old")])
    store.apply(rows, next_seq=1)
    remove(store, above(store, hours=0))

    changed = store.rewrite(
        writes(
            [log("gone", "t", hours=-1), log("kept", "u", hours=1, output="new"), log("new", "v", hours=2)]
        )
    )

    assert ids(store) == ["kept", "new"]
    assert (changed[""], changed["output"]) == (1, 1)


def test_a_replay_brings_nothing_back_after_a_restart(tmp_path: Path) -> None:
    first = DuckDBStore(tmp_path / "rows.duckdb")
    keep(first, log("gone", "t", hours=-1))
    remove(first, above(first, hours=0))
    first.close()

    second = DuckDBStore(tmp_path / "rows.duckdb")
    second.rewrite(writes([log("gone", "t", hours=-1)]))

    assert ids(second) == []
    second.close()


def test_a_late_row_of_a_removed_trace_is_kept_until_it_is_too_old_itself(store: DuckDBStore) -> None:
    keep(store, log("root", "t", hours=-2))
    remove(store, above(store, hours=0))

    keep(store, log("late", "t", hours=1, span_parents=["root"]), log("too late", "t2", hours=-1))

    assert ids(store) == ["late", "too late"]
    assert [unit.trace for unit in above(store, hours=0)] == ["t2"]


def test_a_removal_that_fails_changes_nothing(store: DuckDBStore) -> None:
    keep(store, log("a", "t", hours=-1))
    units = above(store, hours=0)

    def fail(connection: Any, horizon: expiry.Horizon) -> None:
        expiry.remove(connection, units, horizon)
        raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        store.change(fail)
    store.rewrite(writes([log("b", "t", hours=-2)]))

    assert ids(store) == ["a", "b"]


def test_facts_that_wait_for_rows_that_will_not_come_go_with_their_age(store: DuckDBStore) -> None:
    seconds = XACT >> 16 & 0xFFFFFFFF
    at = datetime(1970, 1, 1) + timedelta(seconds=seconds)  # noqa: DTZ001
    keep(store, log("there", "t"))
    say(store, "there")
    say(store, "waits")
    say(store, "waits still", xact=XACT + (1 << 16))

    gone = store.change(
        lambda connection, _: expiry.remove_facts(
            connection, project_id="p", before=at + timedelta(seconds=1), most=10
        )
    )

    assert (gone, ids(store, "facts")) == (1, ["there", "waits still"])


def test_past_states_go_when_they_ended_before_a_time(store: DuckDBStore) -> None:
    second = 1 << 16
    keep(store, of_dataset("a", "set"))
    keep(store, of_dataset("a", "set", xact=XACT + 10 * second))
    keep(store, of_dataset("a", "set", xact=XACT + 20 * second))
    ended = datetime(1970, 1, 1) + timedelta(seconds=(XACT >> 16 & 0xFFFFFFFF) + 20)  # noqa: DTZ001

    gone = store.change(
        lambda connection, _: expiry.remove_history(connection, project_id="p", before=ended, most=10)
    )

    assert (gone, ids(store, "history"), ids(store)) == (1, ["a"], ["a"])


def test_what_there_is_is_told_by_project_and_type(store: DuckDBStore) -> None:
    keep(store, log("a", "t"), log("b", "t"), of_dataset("d", "set"), log("c", "u", project_id="q"))

    found = expiry.held(lambda statement: store.select(statement, timeout_s=30))

    assert [(each.project_id, each.object_type, each.rows) for each in found] == [
        ("p", "dataset", 1),
        ("p", "project_logs", 2),
        ("q", "project_logs", 1),
    ]
