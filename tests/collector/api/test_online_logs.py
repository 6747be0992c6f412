"""What a rule reads of the store."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from otel_bridge.contract.row import Row
from otel_bridge_collector.access import OWNER, current_access
from otel_bridge_collector.api.online_logs import OnlineLogs
from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.api.writing import RowWriter
from otel_bridge_collector.scoring.online import Mark
from tests.collector.scoring.test_alert import ALERT
from tests.collector.scoring.test_rule import rule
from tests.support.api import caught_up_at_once
from tests.support.rows import XACT, Asking, writes
from tests.support.rows import row as stored

ENDED = {"metrics": {"start": 1, "end": 2}}


@pytest.fixture
def example(tmp_path: Path) -> Iterator[Asking]:
    made = Asking(tmp_path, [])
    with closing(made.store), closing(made.objects):
        yield made


def logs_of(example: Asking, *rows: Row) -> OnlineLogs:
    """The logs of a project with these rows, and one that has not ended."""
    place: dict[str, Any] = {"project_id": example.project_id}
    running = stored("running", index=99, **place)
    example.store.apply(writes([*rows, running]), next_seq=2)

    async def nothing(_: Sequence[Row]) -> int:
        return 0

    reader = Reader(example.store, example.objects, caught_up_at_once)
    return OnlineLogs(reader, RowWriter(nothing, lambda _: ""), example.store.newest_xact_id)


def ids(rows: Sequence[object]) -> list[str]:
    return [str(dict(each)["id"]) for each in rows]  # type: ignore[call-overload]  # rows are objects


def test_rows_come_in_the_order_of_their_writing_behind_a_mark(example: Asking) -> None:
    place: dict[str, Any] = {"project_id": example.project_id, **ENDED}
    logs = logs_of(
        example,
        stored("2", index=2, **place),
        stored("1", index=1, **place),
        stored("3", xact=XACT + 1, **place),
    )
    asked = replace(rule(), project_id=example.project_id)

    async def read() -> tuple[list[str], list[str], list[str]]:
        all_rows = await logs.written(asked, Mark(0), XACT + 1)
        mark = Mark(XACT, str(all_rows[0]["_pagination_key"]))
        return (
            ids(all_rows),
            ids(await logs.written(asked, mark, XACT + 1)),
            ids(await logs.written(asked, mark, XACT)),
        )

    assert asyncio.run(read()) == (["1", "2", "3"], ["2", "3"], ["2"])


def test_a_condition_holds_and_the_newest_rows_come_first(example: Asking) -> None:
    place: dict[str, Any] = {"project_id": example.project_id, **ENDED}
    logs = logs_of(
        example,
        stored("1", index=1, input="a", **place),
        stored("2", index=2, input="b", **place),
        stored("3", index=3, input="a", **place),
    )
    asked = replace(rule(btql_filter="input = 'a' or input = 'c'"), project_id=example.project_id)

    assert ids(asyncio.run(logs.latest(asked, 10))) == ["3", "1"]
    assert ids(asyncio.run(logs.latest(asked, 1))) == ["3"]


def test_the_newest_row_of_each_trace_is_found(example: Asking) -> None:
    place: dict[str, Any] = {"project_id": example.project_id}
    logs = logs_of(
        example,
        stored("1", index=1, root_span_id="a", **place),
        stored("2", index=2, root_span_id="a", xact=XACT + 3, **place),
        stored("3", index=3, root_span_id="b", **place),
        stored("4", index=4, root_span_id="c", **place),
    )
    asked = replace(rule(), project_id=example.project_id)

    assert asyncio.run(logs.newest_of(asked, ["a", "b", "none"])) == {"a": XACT + 3, "b": XACT}


def test_what_was_written_in_between_and_meets_a_condition_is_counted(example: Asking) -> None:
    place: dict[str, Any] = {"project_id": example.project_id, "error": "boom"}
    logs = logs_of(
        example,
        stored("1", xact=XACT, created="2026-01-01T00:00:01Z", **place),
        stored("2", xact=XACT + 1, created="2026-01-01T00:00:02Z", **place),
        stored("3", xact=XACT + 2, created="2026-01-01T00:00:03Z", **place),
        stored("4", xact=XACT + 3, created="2026-01-01T00:00:04Z", **place),
        stored("5", xact=XACT + 2, project_id=example.project_id),
    )
    asked = replace(ALERT, project_id=example.project_id)

    some = asyncio.run(logs.matched(asked, XACT, XACT + 2))
    none = asyncio.run(logs.matched(asked, XACT + 3, XACT + 9))

    assert (some.count, str(some.first)[:19], str(some.last)[:19]) == (
        2,
        "2026-01-01T00:00:02",
        "2026-01-01T00:00:03",
    )
    assert (none.count, none.first, none.last) == (0, None, None)


def test_the_newest_transaction_is_that_of_the_store(example: Asking) -> None:
    assert logs_of(example, stored("1", xact=XACT + 7, project_id=example.project_id)).newest() == XACT + 7


def test_rows_are_written_by_the_sidecar_itself(example: Asking) -> None:
    kept: list[Row] = []

    async def keep(rows: Sequence[Row]) -> int:
        assert current_access() == OWNER
        kept.extend(rows)
        return 1

    logs = OnlineLogs(
        Reader(example.store, example.objects, caught_up_at_once), RowWriter(keep, lambda _: ""), lambda: 0
    )
    asyncio.run(logs.write([{"id": "1", "project_id": "p"}]))

    assert ids(kept) == ["1"]
