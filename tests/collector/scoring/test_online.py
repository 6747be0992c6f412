"""Rules follow what is written: each row once, within the budget of a day."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.config.online_scoring import OnlineScoring as Config
from otel_bridge_collector.errors import PermanentError
from otel_bridge_collector.metrics.catalog import ONLINE_SCORES
from otel_bridge_collector.scoring.ledger import ScoringLedger
from otel_bridge_collector.scoring.online import LOOKED_AT, PAGE_ROWS, TURN_S, Mark, OnlineScoring, Row
from otel_bridge_collector.scoring.rule import Options, Rule
from otel_bridge_collector.store.xact import pagination_key, xact_at
from otel_bridge_collector.telemetry import Counters
from tests.collector.scoring.test_rule import rule

T = TypeVar("T")

NOW_S = 1_767_225_600.0 + 3_600
RULE = replace(rule(), scorers={"ExactMatch": Options()})


class KeptLogs:
    """Rows in memory, in the order in which they were written.

    Attributes:
        rows: what is there.
        written_rows: what was written by the rules.
        is_broken: whether reading fails.
        refused: ids of rows whose scores are never kept.
    """

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.written_rows: list[Mapping[str, Any]] = []
        self.is_broken = False
        self.refused: set[str] = set()

    def add(self, *names: str, at_s: float = NOW_S, **fields: Any) -> None:
        """Keep rows of one transaction."""
        xact = xact_at(at_s)
        for name in names:
            key = pagination_key(xact, len(self.rows))
            self.rows.append(
                {
                    "id": name, "span_id": name, "root_span_id": name, "output": "a", "expected": "a",
                    "_xact_id": str(xact), "_pagination_key": key, **fields,
                }
            )  # fmt: skip

    def scored(self) -> list[str]:
        """The ids of the rows that got a score, in order."""
        return [str(each["id"]) for each in self.written_rows if each.get("_is_merge")]

    async def written(self, rule: Rule, after: Mark, until: int) -> Sequence[Row]:
        if self.is_broken:
            raise OSError("broken")
        rows = [row for row in self.rows if row.get("project_id") in (None, rule.project_id)]
        marks = [(int(str(row["_xact_id"])), str(row["_pagination_key"]), row) for row in rows]
        behind = [mark for mark in marks if (after.xact, after.key) < mark[:2] and mark[0] <= until]
        return [row for *_, row in sorted(behind, key=lambda mark: mark[:2])[:PAGE_ROWS]]

    async def newest_of(self, rule: Rule, root_span_ids: Sequence[str]) -> Mapping[str, int]:
        del rule
        newest: dict[str, int] = {}
        for row in self.rows:
            trace = str(row["root_span_id"])
            if trace in root_span_ids:
                newest[trace] = max(newest.get(trace, 0), int(str(row["_xact_id"])))
        return newest

    async def latest(self, rule: Rule, limit: int, before: str | None = None) -> Sequence[Row]:
        del rule
        return [row for row in self.rows[::-1] if before is None or str(row["_pagination_key"]) < before][
            :limit
        ]

    def newest(self) -> int:
        return max((int(str(row["_xact_id"])) for row in self.rows), default=0)

    async def write(self, rows: Sequence[Json]) -> None:
        given = cast("Sequence[Mapping[str, Any]]", rows)
        if any(row["id"] in self.refused for row in given):
            raise PermanentError("refused")
        self.written_rows += given


class Ground:
    """Online scoring of one rule over rows in memory."""

    def __init__(self, folder: Path, *, turn_s: float = TURN_S, **config: Any) -> None:
        self.logs, self.counters, self.now_s = KeptLogs(), Counters(), NOW_S
        self.ledger = ScoringLedger(folder / "s.sqlite", now_s=lambda: NOW_S)
        self.rules = [RULE]
        self.scoring = OnlineScoring(
            Config(**config),
            lambda: self.rules,
            self.logs,
            self.ledger,
            self.counters,
            now_s=lambda: self.now_s,
            turn_s=turn_s,
        )

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do what is given, and let no process stay."""

        async def closed() -> T:
            try:
                return await work
            finally:
                await self.scoring.close()

        return asyncio.run(closed())

    def close(self) -> None:
        """Let go of the file."""
        self.ledger.close()


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    made = Ground(tmp_path)
    with closing(made.ledger):
        yield made


def test_each_row_is_scored_once(ground: Ground) -> None:
    ground.logs.add("1", "2")

    async def passes() -> None:
        await ground.scoring.run()
        ground.logs.add("3", at_s=NOW_S + 1)
        await ground.scoring.run()

    ground.run(passes())

    assert ground.logs.scored() == ["1", "2", "3"]
    assert ground.counters.values(ONLINE_SCORES)["scored",] == 3


def test_more_rows_than_a_page_in_one_transaction_are_all_scored(ground: Ground) -> None:
    names = [f"{number:04}" for number in range(PAGE_ROWS + 50)]
    ground.logs.add(*names)

    ground.run(ground.scoring.run())

    assert ground.logs.scored() == names


def test_what_comes_late_behind_a_newer_transaction_is_not_passed_over(ground: Ground) -> None:
    ground.logs.add("new")

    async def passes() -> None:
        await ground.scoring.run()
        ground.logs.add("late", at_s=NOW_S - 1)
        ground.logs.add("newer", at_s=NOW_S + 60)
        await ground.scoring.run()

    ground.run(passes())

    assert ground.logs.scored() == ["new", "late", "newer"]


def test_beyond_the_budget_of_a_day_nothing_is_scored(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> None:
    ground = Ground(tmp_path, daily_budget=2)
    request.addfinalizer(ground.close)
    ground.logs.add("1", "2", "3")

    async def passes() -> None:
        await ground.scoring.run()
        await ground.scoring.run()

    ground.run(passes())

    assert ground.logs.scored() == ["1", "2"]
    assert caplog.text.count("has spent its budget of 2 rows for today") == 1


def test_what_was_there_before_the_rule_is_scored_by_a_back_fill_only(ground: Ground) -> None:
    ground.logs.add("before", at_s=RULE.created_s - 60)
    ground.logs.add("after")

    async def passes() -> list[str]:
        await ground.scoring.run()
        first = ground.logs.scored()
        await ground.scoring.back_fill(RULE, RULE.created_s - 120)
        await ground.scoring.run()
        return first

    assert ground.run(passes()) == ["after"]
    assert ground.logs.scored() == ["after", "before"]


def test_a_paused_rule_goes_on_with_what_comes_later(ground: Ground) -> None:
    ground.rules = [replace(RULE, is_active=False)]
    ground.logs.add("meanwhile", at_s=NOW_S - 60)

    async def passes() -> None:
        await ground.scoring.run()
        ground.rules = [RULE]
        ground.logs.add("later")
        await ground.scoring.run()

    ground.run(passes())

    assert ground.logs.scored() == ["later"]


def test_a_trace_is_scored_when_it_has_been_silent(ground: Ground) -> None:
    ground.rules = [replace(RULE, scope="trace", idle_s=30)]
    ground.logs.add("silent", at_s=NOW_S - 31)
    ground.logs.add("child", at_s=NOW_S - 31, span_parents=["silent"])
    ground.logs.add("busy", at_s=NOW_S - 5)

    ground.run(ground.scoring.run())

    assert ground.logs.scored() == ["silent"]


def test_a_trace_that_goes_on_is_waited_for(ground: Ground) -> None:
    ground.rules = [replace(RULE, scope="trace", idle_s=30)]
    ground.logs.add("early", at_s=NOW_S - 100)
    ground.logs.add("goes on", at_s=NOW_S - 100)
    ground.logs.add("late child", at_s=NOW_S - 5, root_span_id="goes on", span_parents=["goes on"])

    async def passes() -> list[str]:
        await ground.scoring.run()
        first = ground.logs.scored()
        ground.now_s += 60
        await ground.scoring.run()
        return first

    assert ground.run(passes()) == ["early"]
    assert ground.logs.scored() == ["early", "goes on"]


def test_a_rule_that_cannot_be_run_holds_up_no_other_and_loses_nothing(
    ground: Ground, caplog: pytest.LogCaptureFixture
) -> None:
    ground.logs.add("1")

    async def passes() -> None:
        ground.logs.is_broken = True
        await ground.scoring.run()
        ground.logs.is_broken = False
        await ground.scoring.run()

    ground.run(passes())

    assert "could not be run (OSError)" in caplog.text
    assert ground.logs.scored() == ["1"]


def test_a_back_fill_during_a_pass_is_not_forgotten(ground: Ground) -> None:
    ground.logs.add("before", at_s=RULE.created_s - 60)
    ground.logs.add("after")
    write = ground.logs.write

    async def filled_meanwhile(rows: Sequence[Json]) -> None:
        await write(rows)
        await ground.scoring.back_fill(RULE, RULE.created_s - 120)

    async def passes() -> None:
        ground.logs.write = filled_meanwhile  # type: ignore[method-assign]  # to be there while a pass runs
        await ground.scoring.run()
        ground.logs.write = write  # type: ignore[method-assign]  # as above
        await ground.scoring.run()

    ground.run(passes())

    assert ground.logs.scored() == ["after", "before"]


def test_rules_that_cannot_be_read_are_read_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> None:
    ground = Ground(tmp_path)
    request.addfinalizer(ground.close)
    ground.logs.add("1")
    asked: list[int] = []

    def rules() -> Sequence[Rule]:
        asked.append(1)
        if len(asked) == 1:
            raise OSError("away")
        return [RULE]

    ground.scoring = scoring = OnlineScoring(
        Config(), rules, ground.logs, ground.ledger, ground.counters, now_s=lambda: NOW_S
    )

    async def passes() -> None:
        await scoring.run()
        await scoring.run()

    ground.run(passes())

    assert "the rules of online scoring could not be read (OSError)" in caplog.text
    assert ground.logs.scored() == ["1"]


def test_an_attempt_says_what_would_come_of_it_and_keeps_nothing(ground: Ground) -> None:
    ground.logs.add("1", "2")

    tried = ground.run(ground.scoring.attempt(RULE, 10))

    assert [(each.row["id"], each.verdicts["ExactMatch"].score) for each in tried] == [("2", 1), ("1", 1)]
    assert ground.logs.written_rows == []


def test_a_row_whose_scores_are_never_kept_counts_as_failed_and_holds_up_no_other(
    ground: Ground, caplog: pytest.LogCaptureFixture
) -> None:
    ground.logs.add("1", "bad", "3")
    ground.logs.refused = {"bad"}

    async def passes() -> None:
        await ground.scoring.run()
        await ground.scoring.run()

    ground.run(passes())

    assert ground.logs.scored() == ["1", "3"]
    assert ground.counters.values(ONLINE_SCORES) == {("scored",): 2, ("failed",): 1}
    assert caplog.text.count("says of the row bad cannot be kept") == 1


def test_what_has_failed_is_scored_again_by_a_back_fill_only(ground: Ground) -> None:
    ground.logs.add("1")
    ground.logs.refused = {"1"}

    async def passes() -> list[str]:
        await ground.scoring.run()
        ground.logs.refused = set()
        ground.logs.add("2", at_s=NOW_S + 1)
        await ground.scoring.run()
        before = ground.logs.scored()
        await ground.scoring.back_fill(RULE, NOW_S)
        await ground.scoring.run()
        return before

    assert ground.run(passes()) == ["2"]
    assert ground.logs.scored() == ["2", "1"]


def test_a_back_fill_from_behind_the_place_of_a_rule_passes_nothing_over(ground: Ground) -> None:
    ground.logs.add("1", at_s=NOW_S - 100)

    async def passes() -> None:
        await ground.scoring.run()
        ground.logs.add("2", at_s=NOW_S - 50)
        ground.logs.add("3")
        await ground.scoring.back_fill(RULE, NOW_S)
        await ground.scoring.run()

    ground.run(passes())

    assert ground.logs.scored() == ["1", "2", "3"]


def test_a_back_fill_since_the_second_of_the_newest_row_scores_it(ground: Ground) -> None:
    ground.logs.add("1")
    ground.logs.refused = {"1"}

    async def passes() -> None:
        await ground.scoring.run()
        ground.logs.refused = set()
        await ground.scoring.back_fill(RULE, NOW_S)
        await ground.scoring.run()

    ground.run(passes())

    assert ground.logs.scored() == ["1"]


def test_a_back_fill_of_a_rule_that_has_not_run_passes_nothing_over(ground: Ground) -> None:
    ground.logs.add("1", at_s=RULE.created_s + 10)
    ground.logs.add("2")

    async def passes() -> None:
        await ground.scoring.back_fill(RULE, NOW_S)
        await ground.scoring.run()

    ground.run(passes())

    assert ground.logs.scored() == ["1", "2"]


def test_what_was_the_newest_when_a_rule_was_made_is_older_than_it(ground: Ground) -> None:
    ground.logs.add("before", at_s=RULE.created_s - 1)

    async def passes() -> None:
        await ground.scoring.run()
        ground.logs.add("after", at_s=RULE.created_s + 1)
        await ground.scoring.run()
        await ground.scoring.run()

    ground.run(passes())

    assert ground.logs.scored() == ["after"]


def test_a_rule_with_many_pages_does_not_hold_up_those_of_other_projects(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    ground = Ground(tmp_path, interval="1ms")
    request.addfinalizer(ground.close)
    ground.rules = [
        replace(RULE, id="long", project_id="long"),
        replace(RULE, id="short", project_id="short"),
    ]
    ground.logs.add(*[f"long {number}" for number in range(4 * PAGE_ROWS)], project_id="long")
    ground.logs.add("short 1", project_id="short")
    write = ground.logs.write

    async def more_meanwhile(rows: Sequence[Json]) -> None:
        await write(rows)
        if len(ground.logs.scored()) == PAGE_ROWS + 10:
            ground.logs.add("short 2", at_s=NOW_S + 1, project_id="short")

    ground.logs.write = more_meanwhile  # type: ignore[method-assign]  # to be there while a pass runs
    ground.run(ground.scoring.run())

    scored = ground.logs.scored()
    assert scored.index("short 1") == PAGE_ROWS
    assert scored.index("short 2") < 4 * PAGE_ROWS
    assert len(scored) == 4 * PAGE_ROWS + 2


def test_a_rule_whose_scorers_are_slow_gives_way_within_a_page(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    ground = Ground(tmp_path, turn_s=0)
    request.addfinalizer(ground.close)
    ground.rules = [
        replace(RULE, id="slow", project_id="slow"),
        replace(RULE, id="other", project_id="other"),
    ]
    ground.logs.add("slow 1", "slow 2", "slow 3", project_id="slow")
    ground.logs.add("other 1", "other 2", project_id="other")

    ground.run(ground.scoring.run())

    assert ground.logs.scored() == ["slow 1", "other 1", "slow 2", "other 2", "slow 3"]


def test_a_back_fill_between_two_pages_is_not_forgotten(ground: Ground) -> None:
    names = [f"{number:04}" for number in range(PAGE_ROWS + 1)]
    ground.logs.add(*names)
    ground.logs.refused = {"0000"}
    write = ground.logs.write

    async def filled_meanwhile(rows: Sequence[Json]) -> None:
        await write(rows)
        if len(ground.logs.scored()) == PAGE_ROWS - 1:
            ground.logs.refused = set()
            await ground.scoring.back_fill(RULE, NOW_S)

    ground.logs.write = filled_meanwhile  # type: ignore[method-assign]  # to be there while a pass runs
    ground.run(ground.scoring.run())

    assert sorted(ground.logs.scored()) == names


def test_a_rule_that_is_changed_between_two_pages_goes_on_as_it_is_now(ground: Ground) -> None:
    ground.logs.add(*[f"{number:04}" for number in range(PAGE_ROWS + 1)])
    write = ground.logs.write

    async def paused_meanwhile(rows: Sequence[Json]) -> None:
        await write(rows)
        ground.rules = [replace(RULE, is_active=False)]

    ground.logs.write = paused_meanwhile  # type: ignore[method-assign]  # to be there while a pass runs
    ground.run(ground.scoring.run())

    assert len(ground.logs.scored()) == PAGE_ROWS


def test_an_attempt_of_a_rule_that_takes_some_by_chance_looks_further(ground: Ground) -> None:
    rule = replace(RULE, sampling_rate=0.02)
    ground.logs.add(*[f"{number:04}" for number in range(3 * PAGE_ROWS)])

    tried = ground.run(ground.scoring.attempt(rule, 5))

    taken = [row["id"] for row in ground.logs.rows[::-1] if rule.takes(row)]
    assert [each.row["id"] for each in tried] == taken[:5]
    assert len(tried) == 5


def test_an_attempt_of_a_rule_that_takes_nothing_ends(ground: Ground) -> None:
    ground.logs.add(*[f"{number:04}" for number in range(LOOKED_AT + PAGE_ROWS)])

    assert ground.run(ground.scoring.attempt(replace(RULE, sampling_rate=0), 5)) == []


class Watched(dict[str, Any]):
    """Knows which threads have read it."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.threads: list[int] = []

    def items(self) -> Any:
        self.threads.append(threading.get_ident())
        return super().items()


def test_a_row_is_written_out_once_for_all_its_scorers_and_beside_the_event_loop(ground: Ground) -> None:
    watched = Watched({"beyond 64 bits": 1 << 70})
    ground.rules = [replace(RULE, scorers=dict.fromkeys(("ExactMatch", "ValidJSON", "JSONDiff"), Options()))]
    ground.logs.add("1", output=watched)

    ground.run(ground.scoring.run())

    assert len(watched.threads) == 1
    assert threading.get_ident() not in watched.threads
