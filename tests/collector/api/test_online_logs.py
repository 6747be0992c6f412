"""What a rule reads of the store."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.access import OWNER, current_access
from otel_bridge_collector.api.online_logs import PAGE_BYTES, OnlineLogs
from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.api.writing import RowWriter
from otel_bridge_collector.config.online_scoring import OnlineScoring as Config
from otel_bridge_collector.decode.native import MAX_DEPTH, check_rows
from otel_bridge_collector.errors import PermanentError
from otel_bridge_collector.scoring.ledger import ScoringLedger
from otel_bridge_collector.scoring.online import Mark, OnlineScoring
from otel_bridge_collector.scoring.rule import Options
from otel_bridge_collector.telemetry import Counters
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


def logs_of(
    example: Asking, *rows: Row, kept: list[Row] | None = None, page_bytes: int = PAGE_BYTES
) -> OnlineLogs:
    """The logs of a project with these rows, and one that has not ended; what is written goes to `kept`."""
    place: dict[str, Any] = {"project_id": example.project_id}
    running = stored("running", index=99, **place)
    example.store.apply(writes([*rows, running]), next_seq=2)

    async def keep(rows: Sequence[Row]) -> int:
        if kept is not None:
            kept.extend(rows)
        return 0

    reader = Reader(example.store, example.objects, caught_up_at_once)
    writer = RowWriter(keep, lambda _: "")
    return OnlineLogs(reader, writer, example.store.newest_xact_id, page_bytes=page_bytes)


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


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([{"id": "1"}], id="none-is-kept"),
        pytest.param([{"id": "1", "project_id": "p"}, {"id": "2"}], id="another-is-kept"),
    ],
)
def test_a_row_that_can_never_be_kept_is_a_permanent_error(example: Asking, rows: list[Json]) -> None:
    with pytest.raises(PermanentError):
        asyncio.run(logs_of(example).write(rows))


def nested(levels: int) -> Json:
    value: Json = "a"
    for _ in range(levels):
        value = [value]
    return value


def test_a_row_too_deep_to_be_shown_in_a_span_stops_no_rule(example: Asking) -> None:
    place: dict[str, Any] = {"project_id": example.project_id, "output": "a", **ENDED}
    deepest = stored("deep", index=2, input=nested(MAX_DEPTH - 1), **place)
    assert not check_rows([cast("Json", deepest)]).refused
    kept: list[Row] = []
    logs = logs_of(
        example,
        stored("1", index=1, expected="a", **place),
        deepest,
        stored("3", index=3, expected="a", **place),
        kept=kept,
    )
    asked = replace(rule(), project_id=example.project_id, created_s=0, scorers={"Levenshtein": Options()})

    async def run() -> None:
        await scoring.run()
        await scoring.close()

    with closing(ScoringLedger(example.folder / "s.sqlite")) as ledger:
        scoring = OnlineScoring(Config(), lambda: [asked], logs, ledger, Counters())
        asyncio.run(run())
        decided = ledger.decided(asked.id, ["1", "deep", "3"])

    assert [each for each in ids(kept) if each in ("1", "deep", "3")] == ["1", "3"]
    assert decided == {"1", "deep", "3"}


def test_a_page_ends_where_its_rows_are_large_and_the_next_goes_on(example: Asking) -> None:
    place: dict[str, Any] = {"project_id": example.project_id, "input": "x" * 1_000, **ENDED}
    logs = logs_of(
        example,
        *[stored(str(number), index=number, **place) for number in range(1, 4)],
        page_bytes=3_000,
    )
    asked = replace(rule(), project_id=example.project_id)

    async def pages() -> list[list[str]]:
        found: list[list[str]] = []
        after = Mark(0)
        while rows := await logs.written(asked, after, XACT):
            found.append(ids(rows))
            after = Mark(XACT, str(rows[-1]["_pagination_key"]))
        return found

    assert asyncio.run(pages()) == [["1", "2"], ["3"]]


@pytest.mark.parametrize(
    ("online", "expected"),
    [
        pytest.param({}, ["child", "root", "log"], id="all-but-scorers"),
        pytest.param({"apply_to_root_span": True}, ["root"], id="roots"),
        pytest.param({"apply_to_span_names": ["chat"]}, ["child"], id="names"),
        pytest.param(
            {"apply_to_root_span": True, "apply_to_span_names": ["chat"]}, ["child", "root"], id="both"
        ),
        pytest.param({"scope": {"type": "trace"}}, ["root"], id="traces"),
    ],
)
def test_the_newest_rows_are_those_that_a_rule_is_aimed_at(
    example: Asking, online: dict[str, Any], expected: list[str]
) -> None:
    place: dict[str, Any] = {"project_id": example.project_id, **ENDED}
    logs = logs_of(
        example,
        stored("log", index=1, span_attributes={"type": "log"}, **place),
        stored("root", index=2, **place),
        stored("child", index=3, span_parents=["root"], span_attributes={"name": "chat"}, **place),
        *[
            stored(
                f"scorer {number}", index=number, span_parents=["root"],
                span_attributes={"name": "chat", "purpose": "scorer"}, **place,
            )
            for number in range(4, 10)
        ],
    )  # fmt: skip
    asked = replace(rule(**online), project_id=example.project_id)

    assert ids(asyncio.run(logs.latest(asked, 3))) == expected


def test_older_rows_come_before_a_key(example: Asking) -> None:
    place: dict[str, Any] = {"project_id": example.project_id, **ENDED}
    logs = logs_of(example, *[stored(str(number), index=number, **place) for number in range(1, 5)])
    asked = replace(rule(), project_id=example.project_id)

    async def read() -> list[str]:
        newest = await logs.latest(asked, 2)
        return ids(await logs.latest(asked, 2, str(newest[-1]["_pagination_key"])))

    assert asyncio.run(read()) == ["2", "1"]
