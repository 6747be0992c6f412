"""Running a query for a request: wait for what was acknowledged, plan, run on a thread, shape the answer."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final, Literal, TypeAlias

import anyio
import anyio.to_thread

from otel_bridge_collector.api.catalog import ObjectCatalog
from otel_bridge_collector.api.revisions import Revisions
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query import mismatch
from otel_bridge_collector.query.answer import Answer, to_answer, whole_page
from otel_bridge_collector.query.function import Clock
from otel_bridge_collector.query.notice import MAX_NOTICES, Notice
from otel_bridge_collector.query.plan import Plan, plan, source_of
from otel_bridge_collector.query.sql import to_sql
from otel_bridge_collector.query.syntax import Query
from otel_bridge_collector.store.confined import Selects
from otel_bridge_collector.store.interface import Statement
from otel_bridge_collector.store.objects import Objects

Linting: TypeAlias = Literal["default", "strict", "off"]

TIMEOUT_S: Final = 30.0
"""Longest run of one query, as at Braintrust."""

_COUNTING_S: Final = 0.2
"""Time to find out what comparisons pass over by type."""

MAX_RUNNING: Final = 4
MAX_WAITING: Final = 32


_PRESENT: Final = Revisions()

_ANY: Final = Statement(sql="")
"""Stands for any statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a read gives.

    Attributes:
        newest_xact_id: the newest transaction that the read could see; "0" in an empty store.
        is_complete: the read saw every write that was acknowledged before it; the store was not too far behind.
        is_cut: the page ended at the text that it may have, not at its number of rows.
    """

    answer: Answer
    notices: Sequence[Notice]
    newest_xact_id: str
    is_complete: bool
    is_cut: bool


class Reader:
    """Runs queries, a few at a time; more wait, and beyond that they are refused."""

    def __init__(self, store: Selects, objects: Objects, caught_up: Callable[[], Awaitable[bool]]) -> None:
        self._store = store
        self._objects = objects
        self._catalog = ObjectCatalog(objects)
        self._caught_up = caught_up
        self._waiting = 0
        self._running = anyio.CapacityLimiter(MAX_RUNNING)

    async def read(
        self,
        query: Query,
        *,
        tz_offset_min: int = 0,
        revisions: Revisions = _PRESENT,
        linting: Linting = "off",
        max_bytes: int | None = None,
    ) -> Read:
        """Run a query; unless the answer says otherwise, it sees every write acknowledged before this call.

        Args:
            query: what is asked.
            tz_offset_min: minutes that the asker's zone is behind UTC.
            revisions: which states of the rows count.
            linting: whether the answer has notices, and whether one of the optimizer is an error.
            max_bytes: text that the rows may have; the page ends there.

        Raises:
            QueryError: the query is wrong, runs too long, or too many are running.
        """
        if self._waiting >= MAX_RUNNING + MAX_WAITING:
            raise QueryError(
                "too many queries are running", code="overloaded", suggestion="ask again in a second"
            )
        self._waiting += 1
        try:
            is_complete = await self._caught_up()
            clock = Clock(now=datetime.now(UTC).replace(tzinfo=None), tz_offset_min=tz_offset_min)
            run = partial(self._run, query, clock, revisions, linting, max_bytes, is_complete=is_complete)
            return await anyio.to_thread.run_sync(run, limiter=self._running)
        finally:
            self._waiting -= 1

    def _run(
        self,
        query: Query,
        clock: Clock,
        revisions: Revisions,
        linting: Linting,
        max_bytes: int | None,
        *,
        is_complete: bool,
    ) -> Read:
        query = revisions.check(query)
        planned = plan(query, self._catalog)
        if linting == "strict":
            _refuse_lints(planned.notices)
        lowered = to_sql(planned, clock)
        states = partial(revisions.over, source=source_of(query), objects=self._objects)
        try:
            # Before the rows are read, which have all of that transaction then.
            newest = self._store.newest_xact_id()
            rows, is_cut = self._store.select_within(
                states(lowered.statement), timeout_s=TIMEOUT_S, max_bytes=max_bytes
            )
        except TimeoutError as error:
            raise QueryError(
                str(error), code="queryTimeout", suggestion="add a range of created, or select fewer columns"
            ) from error
        if is_cut:
            rows = whole_page(rows, lowered, planned)
        notices: list[Notice] = []
        if linting != "off":
            notices = [*planned.notices, *revisions.notices(source_of(query))]
            notices += self._mismatches(planned, clock, states)
        return Read(
            answer=to_answer(rows, lowered, planned),
            notices=notices[:MAX_NOTICES],
            newest_xact_id=str(newest),
            is_complete=is_complete,
            is_cut=is_cut,
        )

    def _mismatches(
        self, planned: Plan, clock: Clock, states: Callable[[Statement], Statement]
    ) -> list[Notice]:
        """Return what comparisons pass over by type; nothing where that takes long to find out."""
        found = mismatch.watched(planned)
        if states(_ANY) is _ANY:  # of the rows as they are now much is known without a look at them
            found = [each for each in found if not self._lacks_strings(each)]
        if not found:
            return []
        try:
            (counts,) = self._store.select(
                states(mismatch.to_count(planned, found, clock)), timeout_s=_COUNTING_S
            )
        except TimeoutError:
            return []
        return list(mismatch.notices(found, counts))

    def _lacks_strings(self, each: mismatch.Watched) -> bool:
        found = mismatch.text_of_strings(each)
        return found is not None and self._store.lacks(*found, timeout_s=_COUNTING_S)


def _refuse_lints(notices: Sequence[Notice]) -> None:
    lints = [notice for notice in notices if notice.stage == "optimizer"]
    if lints:
        count = f"{len(lints)} lint{'' if len(lints) == 1 else 's'}"
        said = "\n".join(f"{lint.code} (optimizer/warning): {lint.message}" for lint in lints)
        # Braintrust's own command line reads this text.
        raise QueryError(f"Query blocked by strict lint mode due to {count}:\n{said}", code="lintFailed")
