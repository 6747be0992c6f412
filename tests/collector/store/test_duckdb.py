"""The DuckDB file: exactly once, whole batches, rows as they were given."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import cast

import duckdb
import pytest

from otel_bridge.contract.row import Row
from otel_bridge_collector.errors import (
    PermanentError,
    QueryError,
    RetryableError,
    StoreError,
    UnwritableError,
)
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.store.duckdb import DuckDBStore
from otel_bridge_collector.store.expiry import Horizon
from otel_bridge_collector.store.interface import Statement
from tests.support.rows import replace_rows, row, writes


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DuckDBStore]:
    opened = DuckDBStore(tmp_path / "rows.duckdb")
    yield opened
    opened.close()


def select(store: DuckDBStore, sql: str) -> list[tuple[object, ...]]:
    return store.select(Statement(sql=sql), timeout_s=30)


def outputs(store: DuckDBStore) -> dict[object, object]:
    return dict(cast("list[tuple[object, object]]", select(store, "SELECT id, output FROM store.rows")))


def test_a_batch_that_comes_again_is_ignored(store: DuckDBStore) -> None:
    store.apply(writes([row("a", output=1)]), next_seq=5)
    store.apply(writes([row("a", output=2)]), next_seq=5)
    store.apply(writes([row("a", output=3)]), next_seq=4)

    assert outputs(store) == {"a": "1"}
    assert store.next_seq() == 5


def test_the_place_in_the_spool_is_kept_with_the_rows(tmp_path: Path) -> None:
    first = DuckDBStore(tmp_path / "rows.duckdb")
    first.apply(writes([row("a")]), next_seq=7)
    first.apply([], next_seq=9)
    first.close()

    second = DuckDBStore(tmp_path / "rows.duckdb")
    found = (second.next_seq(), len(outputs(second)))
    second.close()

    assert found == (9, 1)


def test_the_newest_transaction_is_known_whatever_became_of_the_spool(store: DuckDBStore) -> None:
    before = store.newest_xact_id()
    store.apply(writes([row("a", _xact_id="7"), row("b", _xact_id="5")]), next_seq=1)

    assert (before, store.newest_xact_id()) == (0, 7)


def test_the_newest_transaction_is_one_that_can_be_read_already(store: DuckDBStore) -> None:
    store.apply(writes([row("a", _xact_id="7")]), next_seq=1)

    def half_done(connection: duckdb.DuckDBPyConnection, _: Horizon) -> int:
        connection.execute("UPDATE store.rows SET xact_id = 9")
        return store.newest_xact_id()

    assert (store.change(half_done), store.newest_xact_id()) == (7, 9)


def test_a_row_is_priced_with_its_facts_in_it(tmp_path: Path) -> None:
    store = DuckDBStore(tmp_path / "rows.duckdb", price=lambda row: (row.get("metrics") or {}).get("tokens"))
    store.apply(writes([row("a")]), next_seq=1)
    late = row("a", metrics={"tokens": 3}, _is_merge=True)

    store.apply([RowWrite(row=late, fact="f")], next_seq=2)

    assert select(store, "SELECT cost FROM store.rows") == [(3.0,)]
    store.close()


def test_what_was_applied_survives_a_kill(tmp_path: Path) -> None:
    code = (
        "import os, sys\nfrom pathlib import Path\n"
        "from otel_bridge_collector.store.duckdb import DuckDBStore\nfrom tests.support.rows import replace_rows, row, writes\n"
        "store = DuckDBStore(Path(sys.argv[1]))\nstore.apply(writes([row('a', output=1)]), next_seq=1)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    path = tmp_path / "rows.duckdb"

    done = subprocess.run([sys.executable, "-c", code, str(path)], check=False, cwd=Path(__file__).parents[3])

    store = DuckDBStore(path)
    found = (done.returncode, store.next_seq(), outputs(store))
    store.close()
    assert found == (-9, 1, {"a": "1"})


def test_rows_of_one_id_in_two_objects_are_two_rows(store: DuckDBStore) -> None:
    store.apply(writes([row("a", output=1), row("a", output=2, experiment_id="e")]), next_seq=1)
    store.apply(writes([row("a", output=3)]), next_seq=2)

    found = select(store, "SELECT object_type, output FROM store.rows ORDER BY object_type")
    assert found == [("experiment", "2"), ("project_logs", "3")]


def test_a_stored_row_is_merged_into(store: DuckDBStore) -> None:
    store.apply(writes([row("a", metadata={"x": 1}, tags=["t"], input={"deep": [2**64 - 1]})]), next_seq=1)
    store.apply(writes([row("a", metadata={"y": 2}, tags=["u"], _is_merge=True)]), next_seq=2)

    found = select(store, "SELECT metadata, tags, input, span_id FROM store.rows")
    assert found == [('{"x":1,"y":2}', '["t","u"]', '{"deep":[18446744073709551615]}', "a")]


def test_a_row_that_is_sent_again_keeps_its_place_and_its_facts(store: DuckDBStore) -> None:
    store.apply(writes([row("a", index=3)]), next_seq=1)
    store.apply([RowWrite(row=row("a", scores={"s": 1}), fact="f")], next_seq=2)
    store.apply(writes([row("a", index=9, output="again")]), next_seq=3)

    found = select(store, "SELECT pagination_key & 65535, scores, output FROM store.rows")
    assert found == [(3, '{"s":1}', '"again"')]


def test_a_fact_waits_for_its_row(store: DuckDBStore) -> None:
    store.apply([RowWrite(row=row("a", scores={"s": 1}), fact="f")], next_seq=1)
    waiting = outputs(store)
    store.apply(writes([row("a", output=1)]), next_seq=2)

    assert waiting == {}
    assert select(store, "SELECT output, scores FROM store.rows") == [("1", '{"s":1}')]


def test_a_fact_that_comes_again_is_the_same_fact(store: DuckDBStore) -> None:
    fact = RowWrite(row=row("a", scores={"s": 1}), fact="f")
    store.apply([RowWrite(row=row("a")), fact], next_seq=1)
    store.apply([fact], next_seq=2)

    assert select(store, "SELECT count(*) FROM store.facts") == [(1,)]


def test_a_deleted_row_takes_its_facts_with_it(store: DuckDBStore) -> None:
    store.apply([RowWrite(row=row("a")), RowWrite(row=row("a", scores={"s": 1}), fact="f")], next_seq=1)
    store.apply(writes([row("a", _object_delete=True)]), next_seq=2)
    store.apply(writes([row("a", output="new")]), next_seq=3)

    assert select(store, "SELECT scores, output FROM store.rows") == [(None, '"new"')]


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param({"id": "b"}, id="no-object"),
        pytest.param({"id": "b", "project_id": "p"}, id="no-transaction"),
    ],
)
def test_a_batch_with_a_bad_row_is_written_not_at_all(store: DuckDBStore, bad: Row) -> None:
    with pytest.raises(PermanentError):
        store.apply(writes([row("a"), bad]), next_seq=1)

    store.apply(writes([row("c")]), next_seq=2)
    assert list(outputs(store)) == ["c"]


def test_rows_that_cannot_be_written_are_named_and_the_rest_passes_without_them(tmp_path: Path) -> None:
    def price(given: Row) -> float:
        return 1 / len(str(given.get("input") or ""))

    store = DuckDBStore(tmp_path / "rows.duckdb", price=price)
    batch = writes([row("a", input="i"), row("bad"), row("c", input="i"), {"id": "no object"}])

    with pytest.raises(UnwritableError) as caught:
        store.apply(batch, next_seq=1)
    found = outputs(store)
    store.apply([batch[0], batch[2]], next_seq=1)

    assert list(caught.value.reasons) == [1, 3]
    assert (found, list(outputs(store))) == ({}, ["a", "c"])
    store.close()


def test_rows_that_cannot_be_written_again_are_named_and_the_rest_passes_without_them(tmp_path: Path) -> None:
    def price(given: Row) -> float:
        return 1 / len(str(given.get("input") or ""))

    store = DuckDBStore(tmp_path / "rows.duckdb", price=price)
    batch = writes([row("a", input="i"), row("bad"), row("c", input="i")])

    with pytest.raises(UnwritableError) as caught:
        store.rewrite(batch)

    assert list(caught.value.reasons) == [1]
    assert store.rewrite([batch[0], batch[2]]) == {"": 2}
    store.close()


def test_a_store_that_cannot_write_now_asks_to_try_again(tmp_path: Path) -> None:
    store = DuckDBStore(tmp_path / "rows.duckdb")
    store.close()

    with pytest.raises(RetryableError):
        store.apply(writes([row("a")]), next_seq=1)


def test_readers_see_committed_rows_only(store: DuckDBStore) -> None:
    before = outputs(store)
    store.apply(writes([row("a", output=1)]), next_seq=1)

    assert (before, outputs(store)) == ({}, {"a": "1"})


def test_a_statement_that_runs_too_long_is_interrupted(store: DuckDBStore) -> None:
    endless = "SELECT count(*) FROM range(100000000000) a, range(1000) b WHERE (a.range * b.range) % 7 = 3"

    with pytest.raises(TimeoutError, match="longer than"):
        store.select(Statement(sql=endless), timeout_s=0.2)

    assert outputs(store) == {}


def test_a_value_that_the_engine_cannot_compute_is_the_querys_fault(store: DuckDBStore) -> None:
    with pytest.raises(QueryError):
        select(store, "SELECT CAST('x' AS INTEGER)")


def test_statements_reach_no_other_file(store: DuckDBStore) -> None:
    with pytest.raises(Exception, match="disabled"):
        select(store, "SELECT * FROM read_text('/etc/hostname')")


def test_times_without_a_zone_are_utc_wherever_it_runs(store: DuckDBStore) -> None:
    found = select(store, "SELECT ('2026-01-01 10:00'::TIMESTAMPTZ AT TIME ZONE 'UTC')::VARCHAR")

    assert found == [("2026-01-01 10:00:00",)]


def opened_elsewhere(path: Path) -> int:
    """The exit code of a process that opens the file: 3 when it cannot."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom otel_bridge_collector.errors import StoreError\n"
        "from otel_bridge_collector.store.duckdb import DuckDBStore\n"
        "try:\n    DuckDBStore(Path(sys.argv[1]))\nexcept StoreError:\n    sys.exit(3)\n"
    )
    return subprocess.run([sys.executable, "-c", code, str(path)], check=False).returncode


def test_a_statement_that_outlives_the_store_is_interrupted_and_holds_nothing_back(tmp_path: Path) -> None:
    store = DuckDBStore(tmp_path / "rows.duckdb")
    endless = Statement(sql="SELECT count(*) FROM range(100000000000) a, range(1000) b WHERE a.range % 7 = 3")
    found: list[object] = []

    begun = threading.Event()

    def ask() -> None:
        begun.set()
        try:
            found.append(store.select(endless, timeout_s=300))
        except TimeoutError as error:
            found.append(type(error))

    asking = threading.Thread(target=ask)
    asking.start()
    begun.wait()
    time.sleep(1)
    store.close()
    asking.join(60)

    assert found == [TimeoutError]
    assert opened_elsewhere(tmp_path / "rows.duckdb") == 0


def test_a_second_process_cannot_open_the_file(store: DuckDBStore, tmp_path: Path) -> None:
    assert opened_elsewhere(tmp_path / "rows.duckdb") == 3
    assert store.next_seq() == 0


def test_a_store_is_sparse_when_rows_were_replaced_until_their_room_is_given_back(store: DuckDBStore) -> None:
    replace_rows(store)
    before = store.is_sparse()
    store.checkpoint()

    assert (before, store.is_sparse()) == (True, False)


def test_an_empty_store_is_not_sparse(store: DuckDBStore) -> None:
    assert not store.is_sparse()


def test_a_copy_can_be_opened_and_leaves_the_file_locked(store: DuckDBStore, tmp_path: Path) -> None:
    store.apply(writes([row("a")]), next_seq=2)

    store.copy_to(tmp_path / "copy.duckdb")
    store.copy_to(tmp_path / "second.duckdb")

    assert opened_elsewhere(tmp_path / "rows.duckdb") == 3
    with closing(DuckDBStore(tmp_path / "copy.duckdb")) as copy:
        assert (copy.next_seq(), select(copy, "SELECT id FROM store.rows")) == (2, [("a",)])


def test_a_file_that_is_no_store_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rows.duckdb").write_bytes(b"x" * 10_000)

    with pytest.raises(StoreError):
        DuckDBStore(tmp_path / "rows.duckdb")


def test_what_is_told_again_replaces_what_it_said_and_tells_what_changed(store: DuckDBStore) -> None:
    fact = RowWrite(row=row("a", _is_merge=True, scores={"s": 1}), fact="f")
    store.apply([*writes([row("a", output=1, input="i"), row("b")]), fact], next_seq=5)
    better = RowWrite(row=row("a", _is_merge=True, scores={"s": 2}), fact="f")

    changed = store.rewrite([*writes([row("a", output=2, input="i"), row("b"), row("c")]), better])

    assert changed == {"": 1, "output": 1, "scores": 1}
    assert (outputs(store)["a"], store.next_seq()) == ("2", 5)
    assert select(store, "SELECT scores FROM store.rows WHERE id = 'a'") == [('{"s":2}',)]
    assert select(store, "SELECT count(*) FROM store.facts") == [(1,)]


def test_feedback_survives_when_its_row_is_told_again(store: DuckDBStore) -> None:
    fact = RowWrite(row=row("a", _is_merge=True, scores={"s": 1}), fact="f")
    store.apply([*writes([row("a", output=1)]), fact], next_seq=5)

    changed = store.rewrite(writes([row("a", output=2)]))

    assert changed == {"output": 1}
    assert select(store, "SELECT scores FROM store.rows") == [('{"s":1}',)]


@pytest.mark.parametrize("told_again", [["1", "2"], ["2"]])
def test_a_second_vote_stays_none_when_it_is_told_again(store: DuckDBStore, told_again: list[str]) -> None:
    votes = {
        xact_id: RowWrite(row=row("a", _is_merge=True, scores={"s": score}, _xact_id=xact_id), fact="f")
        for xact_id, score in (("1", 0.25), ("2", 1))
    }
    store.apply([*writes([row("a")]), *votes.values()], next_seq=5)

    assert store.rewrite([votes[xact_id] for xact_id in told_again]) == {}
    assert select(store, "SELECT scores FROM store.rows") == [('{"s":0.25}',)]


def test_telling_the_same_again_changes_nothing(store: DuckDBStore) -> None:
    same = writes([row("a", output=1, created="2026-01-31T10:00:00Z")])
    store.apply(same, next_seq=5)

    assert store.rewrite(same) == {}
