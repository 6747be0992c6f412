"""The store as a caller sees it: every statement reads only rows of the projects that the caller reaches.

It is the one way of the API to rows, so a query that forgets to ask cannot be written: the tables themselves are narrowed,
and a statement over a table that cannot be narrowed is refused. It writes nothing.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from otel_bridge_collector.access import Access
from otel_bridge_collector.errors import ForbiddenError
from otel_bridge_collector.store.columns import HISTORY_TABLE, ROWS_TABLE
from otel_bridge_collector.store.interface import Statement

_REACHED: Final = "reached_projects"
_TABLE: Final = re.compile(r"\bstore\.\w+")
_NARROWED: Final = frozenset({ROWS_TABLE, HISTORY_TABLE})
"""The tables that have a column `project_id`."""

_NEWEST: Final = Statement(sql=f"SELECT coalesce(max(xact_id), 0) FROM {ROWS_TABLE}")  # noqa: S608 - our own name
_TIMEOUT_S: Final = 30.0


class Selects(Protocol):
    """Answers statements; `store.interface.Store` does."""

    def select(self, statement: Statement, *, timeout_s: float) -> list[tuple[object, ...]]:
        """See `store.interface.Store`."""
        ...

    def select_within(
        self, statement: Statement, *, timeout_s: float, max_bytes: int | None
    ) -> tuple[list[tuple[object, ...]], bool]:
        """See `store.interface.Store`."""
        ...

    def newest_xact_id(self) -> int:
        """See `store.interface.Store`."""
        ...

    def lacks(self, column: str, text: str, *, timeout_s: float) -> bool:
        """See `store.interface.Store`."""
        ...


class ConfinedStore:
    """The reading side of a store for callers."""

    def __init__(self, store: Selects, access: Callable[[], Access]) -> None:
        """Narrow `store` to what `access` reaches at the time of each call."""
        self._store = store
        self._access = access

    def select(self, statement: Statement, *, timeout_s: float) -> list[tuple[object, ...]]:
        """Run a statement over the rows in reach; errors as with the store.

        Raises:
            ForbiddenError: it reads something that cannot be narrowed to projects.
        """
        return self._store.select(self._confined(statement), timeout_s=timeout_s)

    def select_within(
        self, statement: Statement, *, timeout_s: float, max_bytes: int | None
    ) -> tuple[list[tuple[object, ...]], bool]:
        """Run a statement over the rows in reach, as far as `max_bytes`; errors as with `select`."""
        return self._store.select_within(self._confined(statement), timeout_s=timeout_s, max_bytes=max_bytes)

    def newest_xact_id(self) -> int:
        """Return the newest transaction of a row in reach; 0 where there is none.

        Raises:
            TimeoutError: to find it took too long.
        """
        if self._access().projects is None:
            return self._store.newest_xact_id()
        ((newest,),) = self.select(_NEWEST, timeout_s=_TIMEOUT_S)
        return int(str(newest))

    def lacks(self, column: str, text: str, *, timeout_s: float) -> bool:
        """Tell what the store tells of all rows: what none has, none in reach has."""
        return self._store.lacks(column, text, timeout_s=timeout_s)

    def _confined(self, statement: Statement) -> Statement:
        projects = self._access().projects
        return statement if projects is None else _narrowed(statement, sorted(projects))


def _narrowed(statement: Statement, projects: Sequence[str]) -> Statement:
    # Unqualified names are not those of the store, so what names no table of it reads only what was bound.
    tables = set(_TABLE.findall(statement.sql))
    if not tables:
        return statement
    if not tables <= _NARROWED:
        raise ForbiddenError("this can be read with a key for all projects only")
    # Statements hold no text of a user, so what looks like the table is the table.
    sql = _TABLE.sub(
        lambda found: f"(SELECT * FROM {found[0]} WHERE project_id IN (SELECT unnest(${_REACHED})))",  # noqa: S608 - our own names
        statement.sql,
    )
    return Statement(sql=sql, parameters={**statement.parameters, _REACHED: list(projects)})
