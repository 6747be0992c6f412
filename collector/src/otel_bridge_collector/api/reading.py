"""Running a query for a request: wait for what was acknowledged, plan, run on a thread, shape the answer."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final

import anyio
import anyio.to_thread

from otel_bridge_collector.api.catalog import ObjectCatalog
from otel_bridge_collector.api.revisions import Revisions
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.answer import Answer, to_answer
from otel_bridge_collector.query.function import Clock
from otel_bridge_collector.query.notice import Notice
from otel_bridge_collector.query.plan import plan, source_of
from otel_bridge_collector.query.sql import to_sql
from otel_bridge_collector.query.syntax import Query
from otel_bridge_collector.store.columns import ROWS_TABLE
from otel_bridge_collector.store.interface import Statement, Store
from otel_bridge_collector.store.objects import Objects

TIMEOUT_S: Final = 30.0
"""Longest run of one query, as at Braintrust."""

MAX_RUNNING: Final = 4
MAX_WAITING: Final = 32


_PRESENT: Final = Revisions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a read gives.

    Attributes:
        newest_xact_id: the newest transaction that the read could see; "0" in an empty store.
        is_complete: the read saw every write that was acknowledged before it; the store was not too far behind.
    """

    answer: Answer
    notices: Sequence[Notice]
    newest_xact_id: str
    is_complete: bool


class Reader:
    """Runs queries, a few at a time; more wait, and beyond that they are refused."""

    def __init__(self, store: Store, objects: Objects, caught_up: Callable[[], Awaitable[bool]]) -> None:
        self._store = store
        self._objects = objects
        self._catalog = ObjectCatalog(objects)
        self._caught_up = caught_up
        self._waiting = 0
        self._running = anyio.CapacityLimiter(MAX_RUNNING)

    async def read(self, query: Query, *, tz_offset_min: int = 0, revisions: Revisions = _PRESENT) -> Read:
        """Run a query; unless the answer says otherwise, it sees every write acknowledged before this call.

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
            run = partial(self._run, query, clock, revisions, is_complete=is_complete)
            return await anyio.to_thread.run_sync(run, limiter=self._running)
        finally:
            self._waiting -= 1

    def _run(self, query: Query, clock: Clock, revisions: Revisions, *, is_complete: bool) -> Read:
        query = revisions.check(query)
        planned = plan(query, self._catalog)
        lowered = to_sql(planned, clock)
        statement, notices = lowered.statement, planned.notices
        if (source := source_of(query)) is not None:
            statement = revisions.over(statement, source, self._objects)
            notices = (*notices, *revisions.notices(source))
        try:
            rows = self._store.select(statement, timeout_s=TIMEOUT_S)
            newest = self._store.select(_NEWEST, timeout_s=TIMEOUT_S)
        except TimeoutError as error:
            raise QueryError(
                str(error), code="queryTimeout", suggestion="add a range of created, or select fewer columns"
            ) from error
        return Read(
            answer=to_answer(rows, lowered, planned),
            notices=notices,
            newest_xact_id=str(newest[0][0]),
            is_complete=is_complete,
        )


_NEWEST: Final = Statement(sql=f"SELECT coalesce(max(xact_id), 0) FROM {ROWS_TABLE}")  # noqa: S608 - our own name
