"""Online scoring: follow what is written, and let the rules of each project score it. Nothing here is in the way of a request.

Each rule has a place among the transactions. A pass reads what was written since, page by page, from shortly before the place
on: what is acknowledged at the same time is not written in the order of its transactions. What a rule has scored is known by the
row, so nothing is scored twice; a back-fill moves the place back.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NoReturn, Protocol

from otel_bridge.contract.row import Json
from otel_bridge_collector.config.online_scoring import OnlineScoring as Config
from otel_bridge_collector.metrics.catalog import ONLINE_SCORES
from otel_bridge_collector.scoring.executor import Executor, Verdict
from otel_bridge_collector.scoring.ledger import ScoringLedger
from otel_bridge_collector.scoring.results import rows_of
from otel_bridge_collector.scoring.rule import Rule
from otel_bridge_collector.store.xact import xact_at
from otel_bridge_collector.telemetry import Counters

logger = logging.getLogger(__name__)

PAGE_ROWS: Final = 200
LOOK_BACK: Final = 2 << 16
"""Transactions of two seconds."""

_SCORED: Final = ("input", "output", "expected")

Row = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Mark:
    """A place among the rows as they were written: a transaction, and the `_pagination_key` of a row in it."""

    xact: int
    key: str = ""


class Logs(Protocol):
    """The rows of projects."""

    async def written(self, rule: Rule, after: Mark, until: int) -> Sequence[Row]:
        """Return the next rows, at most `PAGE_ROWS`, that have ended and meet the condition of a rule, as they were written.

        Args:
            rule: whose project and condition count.
            after: behind which they stand.
            until: the last transaction that counts.
        """
        ...

    async def newest_of(self, rule: Rule, root_span_ids: Sequence[str]) -> Mapping[str, int]:
        """Return the newest transaction of any row of some traces, by trace."""
        ...

    async def latest(self, rule: Rule, limit: int) -> Sequence[Row]:
        """Return the newest rows that have ended and meet the condition of a rule."""
        ...

    def newest(self) -> int:
        """Return the newest transaction of any row; 0 where there is none."""
        ...

    async def write(self, rows: Sequence[Json]) -> None:
        """Keep rows durably."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What a rule would say of a row."""

    row: Row
    verdicts: Mapping[str, Verdict]


class OnlineScoring:
    """The passes of one sidecar, one at a time; for one event loop.

    Attributes:
        config: may be exchanged at any time.
    """

    def __init__(
        self,
        config: Config,
        rules: Callable[[], Sequence[Rule]],
        logs: Logs,
        ledger: ScoringLedger,
        counters: Counters,
        *,
        now_s: Callable[[], float] = time.time,
    ) -> None:
        self.config = config
        self._rules, self._logs, self._ledger, self._counters = rules, logs, ledger, counters
        self._now_s = now_s
        self._executor = Executor()
        self._over_budget: set[str] = set()

    async def run_regularly(self) -> NoReturn:
        """Make a pass in every interval of the configuration, until cancelled."""
        try:
            while True:
                await asyncio.sleep(self.config.interval)
                await self.run()
        finally:
            await self.close()

    async def close(self) -> None:
        """End the process that scores; another pass makes a new one."""
        await self._executor.close()

    async def run(self) -> None:
        """Make a pass; a rule that cannot be run now is told of in the log, and tried again by the next one."""
        try:
            rules = await asyncio.to_thread(self._rules)
        except Exception as error:  # noqa: BLE001 - whatever it was, the next pass tries again
            logger.warning("the rules of online scoring could not be read (%s)", type(error).__name__)
            return
        for rule in rules:
            try:
                await self._follow(rule)
            except Exception as error:  # noqa: BLE001 - whatever it was, the other rules and the next pass go on
                logger.warning("a rule of online scoring could not be run (%s)", type(error).__name__)

    async def back_fill(self, rule: Rule, since_s: float) -> None:
        """Let the pass after the one that runs score what was written since a time, Unix seconds, as far as it is not scored yet."""
        await asyncio.to_thread(self._ledger.move, rule.id, xact_at(since_s))

    async def attempt(self, rule: Rule, limit: int) -> Sequence[Tried]:
        """Return what a rule would say of the newest rows that it takes; nothing of it is kept."""
        taken = [row for row in await self._logs.latest(rule, limit) if rule.takes(row)]
        return [Tried(row=row, verdicts=await self._verdicts(rule, row)) for row in taken]

    async def _follow(self, rule: Rule) -> None:
        until = await asyncio.to_thread(self._logs.newest)
        if rule.scope == "trace":
            until = min(until, xact_at(self._now_s() - rule.idle_s))
        place = await asyncio.to_thread(self._ledger.place, rule.id)
        if place is not None and until <= place:
            return
        if rule.is_active:
            begin = xact_at(rule.created_s) if place is None else place - LOOK_BACK
            after, busy = Mark(begin), until
            while rows := await self._logs.written(rule, after, until):
                new = await self._new(rule, rows)
                waiting = await self._busy(rule, new, until)
                busy = min([busy, *(_xact(row) for row in waiting)])
                await self._decide(rule, [row for row in new if row not in waiting])
                after = Mark(_xact(rows[-1]), str(rows[-1]["_pagination_key"]))
            until = busy
        else:
            until += LOOK_BACK + 1  # what comes while it is paused is not looked back at either
        await asyncio.to_thread(self._ledger.advance, rule.id, until, since=place)

    async def _new(self, rule: Rule, rows: Sequence[Row]) -> Sequence[Row]:
        """Return those that a rule takes and has not scored."""
        taken = [row for row in rows if rule.takes(row)]
        known = await asyncio.to_thread(self._ledger.decided, rule.id, [str(row["id"]) for row in taken])
        return [row for row in taken if row["id"] not in known]

    async def _busy(self, rule: Rule, rows: Sequence[Row], until: int) -> Sequence[Row]:
        """Return those whose trace was still written to after `until`, which a rule of traces waits for."""
        if rule.scope != "trace" or not rows:
            return []
        newest = await self._logs.newest_of(rule, [str(row["root_span_id"]) for row in rows])
        return [row for row in rows if newest.get(str(row["root_span_id"]), 0) > until]

    async def _decide(self, rule: Rule, rows: Sequence[Row]) -> None:
        left = self.config.daily_budget - await asyncio.to_thread(self._ledger.spent, rule.id)
        self._tell_budget(rule, is_over=len(rows) > left)
        for row in rows[: max(0, left)]:
            await self._score(rule, row)

    async def _score(self, rule: Rule, row: Row) -> None:
        started_s = self._now_s()
        verdicts = await self._verdicts(rule, row)
        await self._logs.write(rows_of(rule, row, verdicts, started_s, self._now_s()))
        failed = sum(bool(verdict.error) for verdict in verdicts.values())
        self._counters.add(ONLINE_SCORES, len(verdicts) - failed, "scored")
        self._counters.add(ONLINE_SCORES, failed, "failed")
        outcome = "failed" if failed else "scored"
        await asyncio.to_thread(self._ledger.note, rule.id, {str(row["id"]): outcome})

    async def _verdicts(self, rule: Rule, row: Row) -> Mapping[str, Verdict]:
        arguments = {field: row.get(field) for field in _SCORED}
        return {name: await self._executor.score(name, arguments, self.config) for name in rule.scorers}

    def _tell_budget(self, rule: Rule, *, is_over: bool) -> None:
        if is_over and rule.id not in self._over_budget:
            logger.warning(
                "the rule %s of online scoring has spent its budget of %d rows for today; what comes beyond is not scored",
                rule.id, self.config.daily_budget,
            )  # fmt: skip
        (self._over_budget.add if is_over else self._over_budget.discard)(rule.id)


def _xact(row: Row) -> int:
    return int(str(row["_xact_id"]))
