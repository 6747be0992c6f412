"""One pass of retention after another: what is above a limit goes, in steps that are short for who writes and who reads.

Rows go on the store's writing thread, between two batches of delivery: a step takes no more than some thousand rows, and after each
one delivery has the thread for at least as long as the step took. Searching is reading, and holds up nobody.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, Literal, NoReturn, Protocol, TypeVar, cast

import duckdb

from otel_bridge_collector.config.retention import Retention as Config
from otel_bridge_collector.errors import RetryableError
from otel_bridge_collector.metrics.catalog import RETENTION
from otel_bridge_collector.retention.policy import KEPT_TYPES, KeptType, Limit, Policies
from otel_bridge_collector.store import expiry
from otel_bridge_collector.store.expiry import Held, Horizon, Removed, Unit
from otel_bridge_collector.store.interface import Statement
from otel_bridge_collector.telemetry import Counters

logger = logging.getLogger(__name__)

_T = TypeVar("_T")

_STEP_ROWS: Final = 2_000
"""Rows of a step; one unit that has more is a step of its own."""

_STEP_UNITS: Final = 500
_SEARCHED: Final = 50_000
"""Units that one search returns."""

_SHORTEST_PAUSE_S: Final = 0.005
_SHORTEST_INTERVAL_S: Final = 1.0
_SEARCH_TIMEOUT_S: Final = 300.0


class Rows(Protocol):
    """The store; `store.duckdb.DuckDBStore` does."""

    def select(self, statement: Statement, *, timeout_s: float) -> list[tuple[object, ...]]:
        """Run a reading statement."""
        ...

    def change(self, step: Callable[[duckdb.DuckDBPyConnection, Horizon], _T]) -> _T:
        """Run a step in one transaction."""
        ...

    def checkpoint(self) -> None:
        """Give the room of removed rows back."""
        ...

    def is_sparse(self) -> bool:
        """Tell whether rows that were replaced leave much room to give back."""
        ...

    def file_bytes(self) -> int:
        """Return the size of the file, with what waits to be put into it."""
        ...


class DeadLetters(Protocol):
    """The dead letters of one destination; `deliver.dead_letter.DeadLetters` does."""

    def expire(self, before_ns: int) -> int:
        """Remove the letters of requests that came before a time, Unix nanoseconds; return how many."""
        ...


class Attachments(Protocol):
    """The attachments that no row refers to; `store.references.Unreferenced` does."""

    def remove(self, *, older_than_s: float) -> tuple[int, int]:
        """Remove those that this pass and the one before found unreferenced; return how many, and their bytes."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What a pass works on.

    Attributes:
        rows: the store.
        on_writer: runs something on the thread that writes to it.
        policies: makes the limits of a configuration and of what projects say now.
        attachments: those that no row refers to.
        dead_letters: those of every destination.
        caught_up: whether every destination has everything that has come until now.
    """

    rows: Rows
    on_writer: Callable[[Callable[[], object]], Awaitable[object]]
    policies: Callable[[Config], Policies]
    attachments: Attachments
    dead_letters: Callable[[], Sequence[DeadLetters]]
    caught_up: Callable[[], bool]


@dataclass(slots=True, kw_only=True)
class Removal:
    """What went, or would go, of one object type in one project.

    Attributes:
        units: traces, experiments or datasets.
        newest: `created` of the newest row among them, ISO 8601 in UTC; empty when there is none.
    """

    project_id: str
    object_type: KeptType
    newest: str = ""
    units: int = 0
    rows: int = 0
    size_bytes: int = 0


@dataclass(slots=True, kw_only=True)
class Report:
    """What a pass did, or would do.

    Attributes:
        kind: a plan removes nothing, and tells rows alone.
        started: ISO 8601 in UTC.
        took_s: how long it took.
        longest_step_s: the longest time that it held the thread which writes; the checkpoint not counted.
        checkpoint_s: how long giving the room back took.
        file_bytes_before: size of the store's file; also `file_bytes_after`.
        error: why it ended early; empty when it did not.
    """

    kind: Literal["pass", "plan"] = "pass"
    started: str
    took_s: float = 0.0
    longest_step_s: float = 0.0
    checkpoint_s: float = 0.0
    file_bytes_before: int = 0
    file_bytes_after: int = 0
    removals: list[Removal] = field(default_factory=list[Removal])
    history: int = 0
    facts: int = 0
    dead_letters: int = 0
    attachments: int = 0
    attachment_bytes: int = 0
    error: str = ""

    @property
    def rows(self) -> int:
        """Rows of all projects."""
        return sum(each.rows for each in self.removals)


class Retention:
    """The passes of one sidecar, one at a time; for one event loop.

    Attributes:
        config: may be exchanged at any time.
        last: the report of the last pass; None before the first.
    """

    def __init__(
        self,
        config: Config,
        reach: Reach,
        counters: Counters,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        most_units: int = _SEARCHED,
    ) -> None:
        self.config = config
        self.last: Report | None = None
        self._reach = reach
        self._counters = counters
        self._now = now
        self._most_units = most_units
        self._one = asyncio.Lock()

    @property
    def running(self) -> bool:
        """Whether a pass is running."""
        return self._one.locked()

    async def run_regularly(self) -> NoReturn:
        """Make a pass in every interval of the configuration, the first one at its end, until cancelled."""
        while True:
            await asyncio.sleep(max(self.config.interval, _SHORTEST_INTERVAL_S))
            await self.run()

    async def run(self) -> Report:
        """Make a pass, and return what it did; it raises nothing, since the next one begins anew."""
        async with self._one:
            report = self._report("pass")
            started = time.monotonic()
            try:
                await self._run(report)
            except Exception as error:  # noqa: BLE001 - whatever it was, the next pass tries again
                report.error = f"{type(error).__name__}: {error}"[:500]
                logger.warning("retention ended early (%s); the next pass goes on", type(error).__name__)
            report.took_s = time.monotonic() - started
            self.last = report
        self._tell(report)
        return report

    async def plan(self) -> Report:
        """Return what a pass would remove of rows now."""
        report = self._report("plan")
        policies = await asyncio.to_thread(self._reach.policies, self.config)
        for held, limit in await self._limited(policies):
            removal = _removal_of(held)
            units = await self._search(held, limit, most=1 << 40)
            for unit in units:
                _count(removal, units=1, rows=unit.rows, size_bytes=unit.size_bytes)
            if units:
                removal.newest = _text(units[-1].newest)
                report.removals.append(removal)
        report.file_bytes_before = report.file_bytes_after = self._reach.rows.file_bytes()
        return report

    async def _run(self, report: Report) -> None:
        policies = await asyncio.to_thread(self._reach.policies, self.config)
        report.file_bytes_before = report.file_bytes_after = self._reach.rows.file_bytes()
        for held, limit in await self._limited(policies):
            await self._remove_units(held, limit, report)
        for project_id in {held.project_id for held in await self._held()}:
            await self._remove_beside(project_id, policies, report)
        is_emptier = report.rows or report.history or report.facts
        if is_emptier or await asyncio.to_thread(self._reach.rows.is_sparse):
            await self._give_room_back(report)
        dead_letters_s = self.config.dead_letters
        if dead_letters_s is not None:
            before_ns = int((self._now().timestamp() - dead_letters_s) * 1e9)
            for letters in self._reach.dead_letters():
                report.dead_letters += await asyncio.to_thread(letters.expire, before_ns)
        # A row that is on its way may refer to bytes that no stored row does.
        if policies.limit_anything and self._reach.caught_up():
            report.attachments, report.attachment_bytes = await asyncio.to_thread(
                self._reach.attachments.remove, older_than_s=self.config.attachments
            )

    async def _remove_units(self, held: Held, limit: Limit, report: Report) -> None:
        removal = _removal_of(held)
        while units := await self._search(held, limit, most=self._most_units):
            rows_before = removal.rows
            for step in _steps(units):
                removed = await self._step(report, partial(_remove, step))
                _count(removal, units=removed.units, rows=removed.rows, size_bytes=removed.size_bytes)
                report.history += removed.history
                report.facts += removed.facts
            removal.newest = _text(units[-1].newest)
            if removal.rows == rows_before:
                break  # all of them have got newer rows meanwhile
        if removal.rows:
            report.removals.append(removal)

    async def _remove_beside(self, project_id: str, policies: Policies, report: Report) -> None:
        """Remove facts that wait for log rows which will not come, and past states."""
        age_s = policies.limit(project_id, "project_logs").max_age_s
        if age_s is not None:
            report.facts += await self._repeat(report, expiry.remove_facts, project_id, self._before(age_s))
        history_s = policies.history_s(project_id)
        if history_s is not None:
            report.history += await self._repeat(
                report, expiry.remove_history, project_id, self._before(history_s)
            )

    async def _repeat(self, report: Report, remove: "_RemoveSome", project_id: str, before: datetime) -> int:
        total = 0
        while removed := await self._step(
            report,
            lambda connection, _: remove(connection, project_id=project_id, before=before, most=_STEP_ROWS),
        ):
            total += removed
        return total

    async def _step(self, report: Report, step: Callable[[duckdb.DuckDBPyConnection, Horizon], _T]) -> _T:
        """Run a step on the writer's thread, then leave it to delivery for at least as long."""

        def timed() -> tuple[_T, float]:
            began = time.monotonic()
            return self._reach.rows.change(step), time.monotonic() - began

        result, took_s = cast("tuple[_T, float]", await self._reach.on_writer(timed))
        report.longest_step_s = max(report.longest_step_s, took_s)
        await asyncio.sleep(max(took_s, _SHORTEST_PAUSE_S))
        return result

    async def _give_room_back(self, report: Report) -> None:
        began = time.monotonic()
        try:
            await self._reach.on_writer(self._reach.rows.checkpoint)
        except RetryableError as error:
            logger.info("the room of what was removed is given back later: %s", error)
        report.checkpoint_s = time.monotonic() - began
        report.file_bytes_after = self._reach.rows.file_bytes()

    async def _limited(self, policies: Policies) -> list[tuple[Held, Limit]]:
        """Return what there is that a limit holds for."""
        found: list[tuple[Held, Limit]] = []
        for held in await self._held():
            if held.object_type in KEPT_TYPES:
                limit = policies.limit(held.project_id, held.object_type)
                if not limit.is_none:
                    found.append((held, limit))
        return found

    async def _held(self) -> Sequence[Held]:
        return await asyncio.to_thread(expiry.held, self._select)

    async def _search(self, held: Held, limit: Limit, *, most: int) -> Sequence[Unit]:
        return await asyncio.to_thread(
            lambda: expiry.units_above(
                self._select,
                object_type=held.object_type,
                project_id=held.project_id,
                before=None if limit.max_age_s is None else self._before(limit.max_age_s),
                max_bytes=limit.max_bytes,
                most=most,
            )
        )

    def _select(self, statement: Statement) -> list[tuple[object, ...]]:
        return self._reach.rows.select(statement, timeout_s=_SEARCH_TIMEOUT_S)

    def _before(self, age_s: float) -> datetime:
        """Return a time that long ago as the store has it; the oldest one where there was none so long ago."""
        now = self._now().astimezone(UTC).replace(tzinfo=None)
        try:
            return now - timedelta(seconds=age_s)
        except OverflowError:
            return datetime.min  # noqa: DTZ901 - the store's times have no zone

    def _report(self, kind: Literal["pass", "plan"]) -> Report:
        return Report(kind=kind, started=_text(self._now().astimezone(UTC).replace(tzinfo=None)))

    def _tell(self, report: Report) -> None:
        units = sum(each.units for each in report.removals)
        for name, number in {
            "units": units,
            "rows": report.rows,
            "history": report.history,
            "facts": report.facts,
            "dead_letters": report.dead_letters,
            "attachments": report.attachments,
        }.items():
            if number:
                self._counters.add(RETENTION, number, name)
        if report.rows or report.history or report.facts or report.dead_letters or report.attachments:
            logger.info(
                "retention removed %d rows in %d traces and objects, %d past states, %d facts, %d dead letters,"
                " %d attachments in %.1f s",
                report.rows, units, report.history, report.facts, report.dead_letters, report.attachments,
                report.took_s,
            )  # fmt: skip


def _remove(units: Sequence[Unit], connection: duckdb.DuckDBPyConnection, horizon: Horizon) -> Removed:
    return expiry.remove(connection, units, horizon)


class _RemoveSome(Protocol):
    """Removes some of what a project has beside its rows."""

    def __call__(
        self, connection: duckdb.DuckDBPyConnection, /, *, project_id: str, before: datetime, most: int
    ) -> int:
        """Return how many were removed; 0 when none is left."""
        ...


def _steps(units: Sequence[Unit]) -> Iterable[Sequence[Unit]]:
    """Yield the units in groups of a bounded number of rows."""
    step: list[Unit] = []
    rows = 0
    for unit in units:
        if step and (rows + unit.rows > _STEP_ROWS or len(step) >= _STEP_UNITS):
            yield step
            step, rows = [], 0
        step.append(unit)
        rows += unit.rows
    if step:
        yield step


def _removal_of(held: Held) -> Removal:
    return Removal(project_id=held.project_id, object_type=cast("KeptType", held.object_type))


def _count(removal: Removal, *, units: int, rows: int, size_bytes: int) -> None:
    removal.units += units
    removal.rows += rows
    removal.size_bytes += size_bytes


def _text(moment: datetime) -> str:
    return f"{moment.isoformat(timespec='milliseconds')}Z"
