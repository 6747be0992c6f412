"""Online scoring: follow what is written, and let the rules of each project score it. Nothing here is in the way of a request.

Each rule has a place among the transactions. A pass reads what was written since, page by page, a page of each rule in turn, and
from two seconds before the place on. Rows reach the store in the order of their transactions, but for those that are replayed from
dead letters: they come with their old transaction, and where that is older than these two seconds, no rule sees them but by a
back-fill. What a rule has scored is known by the row, so nothing is scored twice; a back-fill moves the place back.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NoReturn, Protocol

from otel_bridge.contract.row import Json
from otel_bridge_collector.config.online_scoring import OnlineScoring as Config
from otel_bridge_collector.errors import PermanentError
from otel_bridge_collector.metrics.catalog import ONLINE_SCORES
from otel_bridge_collector.scoring.executor import Executor, Models, Verdict, encode_arguments
from otel_bridge_collector.scoring.ledger import ScoringLedger
from otel_bridge_collector.scoring.results import rows_of
from otel_bridge_collector.scoring.rule import Rule
from otel_bridge_collector.store.xact import xact_at
from otel_bridge_collector.telemetry import Counters

logger = logging.getLogger(__name__)

PAGE_ROWS: Final = 200
LOOK_BACK: Final = 2 << 16
"""Transactions of two seconds."""

TURN_S: Final = 30.0
"""A turn begins no further row when it has taken that long."""

LOOKED_AT: Final = 2_000
"""Rows that an attempt looks at for those that a rule takes by chance."""

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

    async def latest(self, rule: Rule, limit: int, before: str | None = None) -> Sequence[Row]:
        """Return the newest rows, those before a `_pagination_key`, that have ended and meet the condition of a rule."""
        ...

    def newest(self) -> int:
        """Return the newest transaction of any row; 0 where there is none."""
        ...

    async def write(self, rows: Sequence[Json]) -> None:
        """Keep rows durably.

        Raises:
            PermanentError: some of them can never be kept; others may have been.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What a rule would say of a row."""

    row: Row
    verdicts: Mapping[str, Verdict]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pass:
    """How far a rule is in a pass.

    Attributes:
        rule: as it was when the pass began.
        place: where the rule stood then; None before its first pass.
        until: the last transaction that counts.
        after: behind which the next page begins.
        busy: the earliest transaction that is waited for, or `until`.
    """

    rule: Rule
    place: int | None
    until: int
    after: Mark
    busy: int


class OnlineScoring:
    """The passes of one sidecar, one at a time; for one event loop.

    Attributes:
        config: another needs a new start.
    """

    def __init__(  # noqa: PLR0913 - what it stands between
        self,
        config: Config,
        rules: Callable[[], Sequence[Rule]],
        logs: Logs,
        ledger: ScoringLedger,
        counters: Counters,
        *,
        models: Models | None = None,
        now_s: Callable[[], float] = time.time,
        turn_s: float = TURN_S,
    ) -> None:
        self.config = config
        self._rules, self._logs, self._ledger, self._counters = rules, logs, ledger, counters
        self._now_s, self._turn_s = now_s, turn_s
        self._executor = Executor(models)
        self._over_budget: set[str] = set()
        self._passes: dict[str, _Pass] = {}
        self._placing = asyncio.Lock()

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
        """Make a pass of every rule, a page of each in turn; one that is through rests for an interval while others go on.

        A rule that cannot be run now is told of in the log, and goes on with the next call.
        """
        now_s = asyncio.get_running_loop().time
        rests_until_s: dict[str, float] = {}
        goes_on = True
        while goes_on:
            goes_on = False
            for rule in await self._known_rules():
                if now_s() < rests_until_s.get(rule.id, 0):
                    continue
                if await self._safe_turn(rule):
                    goes_on = True
                else:
                    rests_until_s[rule.id] = now_s() + self.config.interval

    async def back_fill(self, rule: Rule, since_s: float) -> None:
        """Let the next pass score what was written since a time, Unix seconds, as far as it is not scored yet, or failed."""
        async with self._placing:
            await asyncio.to_thread(self._ledger.move_back, rule.id, since_s, created_s=rule.created_s)
            self._passes.pop(rule.id, None)

    async def attempt(self, rule: Rule, limit: int) -> Sequence[Tried]:
        """Return what a rule would say of the newest rows that it takes; nothing of it is kept."""
        taken: list[Row] = []
        before, looked_at = None, 0
        while len(taken) < limit and looked_at < LOOKED_AT:
            rows = await self._logs.latest(rule, limit if rule.sampling_rate == 1 else PAGE_ROWS, before)
            if not rows:
                break
            taken += [row for row in rows if rule.takes(row)]
            before, looked_at = str(rows[-1]["_pagination_key"]), looked_at + len(rows)
        return [Tried(row=row, verdicts=await self._verdicts(rule, row)) for row in taken[:limit]]

    async def _known_rules(self) -> Sequence[Rule]:
        try:
            rules = await asyncio.to_thread(self._rules)
        except Exception as error:  # noqa: BLE001 - whatever it was, the next pass tries again
            logger.warning("the rules of online scoring could not be read (%s)", type(error).__name__)
            return []
        known = {rule.id for rule in rules}
        self._passes = {rule_id: going for rule_id, going in self._passes.items() if rule_id in known}
        self._over_budget &= known
        return rules

    async def _safe_turn(self, rule: Rule) -> bool:
        try:
            return await self._turn(rule)
        except Exception as error:  # noqa: BLE001 - whatever it was, the other rules and the next pass go on
            logger.warning("a rule of online scoring could not be run (%s)", type(error).__name__)
            return False

    async def _turn(self, rule: Rule) -> bool:
        """Score a page of what a rule has before it, or a part of one; return whether its pass goes on."""
        going = self._passes.get(rule.id)
        if going is None or going.rule != rule:
            going = await self._begun(rule)
            if going is None:
                return False
            self._passes[rule.id] = going
        rows = await self._logs.written(rule, going.after, going.until)
        if not rows:
            await self._end(going)
            return False
        new = await self._new(rule, rows)
        waiting = await self._busy(rule, new, going.until)
        last = await self._decide(rule, [row for row in new if row not in waiting]) or rows[-1]
        after = Mark(_xact(last), str(last["_pagination_key"]))
        busy = min([going.busy, *(_xact(row) for row in waiting)])
        if self._passes.get(rule.id) is going:  # or else a back-fill has come between
            self._passes[rule.id] = replace(going, after=after, busy=busy)
        return True

    async def _begun(self, rule: Rule) -> _Pass | None:
        """Return a pass that begins; None where there is nothing to read."""
        self._passes.pop(rule.id, None)
        until = await asyncio.to_thread(self._logs.newest)
        if rule.scope == "trace":
            until = min(until, xact_at(self._now_s() - rule.idle_s))
        place, created = await asyncio.to_thread(self._ledger.place, rule.id), xact_at(rule.created_s)
        if until <= place if place is not None else until < created:
            return None
        if not rule.is_active:
            # What comes while it is paused is not looked back at either.
            await asyncio.to_thread(self._ledger.advance, rule.id, until + LOOK_BACK + 1, since=place)
            return None
        begin = created if place is None else place - LOOK_BACK
        if place is not None and place >= created - 1:  # no back-fill has moved it to before the rule
            begin = max(begin, created)
        return _Pass(rule=rule, place=place, until=until, after=Mark(begin), busy=until)

    async def _end(self, going: _Pass) -> None:
        rule_id = going.rule.id
        async with self._placing:
            if self._passes.get(rule_id) is going:
                del self._passes[rule_id]
                await asyncio.to_thread(self._ledger.advance, rule_id, going.busy, since=going.place)

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

    async def _decide(self, rule: Rule, rows: Sequence[Row]) -> Row | None:
        """Score rows, as far as the budget goes; return the last one where the time of the turn is over before the others."""
        clock_s = asyncio.get_running_loop().time
        ends_s = clock_s() + self._turn_s
        left = self.config.daily_budget - await asyncio.to_thread(self._ledger.spent, rule.id)
        self._tell_budget(rule, is_over=len(rows) > left)
        for row in rows[: max(0, left)]:
            await self._score(rule, row)
            if clock_s() >= ends_s and row is not rows[-1]:
                return row
        return None

    async def _score(self, rule: Rule, row: Row) -> None:
        started_s = self._now_s()
        verdicts = await self._verdicts(rule, row)
        failed = sum(bool(verdict.error) for verdict in verdicts.values())
        try:
            await self._logs.write(rows_of(rule, row, verdicts, started_s, self._now_s()))
        except PermanentError:
            failed = len(verdicts)
            logger.warning(
                "what the rule %s of online scoring says of the row %s cannot be kept: the row counts as failed",
                rule.id, row["id"],
            )  # fmt: skip
        self._counters.add(ONLINE_SCORES, len(verdicts) - failed, "scored")
        self._counters.add(ONLINE_SCORES, failed, "failed")
        outcome = "failed" if failed else "scored"
        await asyncio.to_thread(self._ledger.note, rule.id, {str(row["id"]): outcome})

    async def _verdicts(self, rule: Rule, row: Row) -> Mapping[str, Verdict]:
        arguments = await asyncio.to_thread(encode_arguments, {field: row.get(field) for field in _SCORED})
        return {
            name: await self._executor.score(name, arguments, self.config, options)
            for name, options in rule.scorers.items()
        }

    def _tell_budget(self, rule: Rule, *, is_over: bool) -> None:
        if is_over and rule.id not in self._over_budget:
            logger.warning(
                "the rule %s of online scoring has spent its budget of %d rows for today; what comes beyond is not scored",
                rule.id, self.config.daily_budget,
            )  # fmt: skip
        (self._over_budget.add if is_over else self._over_budget.discard)(rule.id)


def _xact(row: Row) -> int:
    return int(str(row["_xact_id"]))
