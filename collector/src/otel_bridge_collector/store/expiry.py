"""What retention asks of the store: which traces and objects are above a limit, and their removal as a whole.

A unit is one trace of a project's logs, or all rows of one experiment or dataset. Its age is that of its newest row (`created`), so
no trace is cut in two. Removal looks at the newest row again, in its own transaction: a unit that has got a newer row stays.

Each removal notes the newest time that it removed for its project and object type (`store.removed`): a replay makes no row of that
time or before once more that is not there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import duckdb

from otel_bridge_collector.store.columns import HISTORY_TABLE, REMOVED_TABLE, ROWS_TABLE, VERSIONED
from otel_bridge_collector.store.interface import Statement

# ruff: noqa: S608 - our own names

Select = Callable[[Statement], list[tuple[object, ...]]]
"""Runs a reading statement."""

_UNITS: Final = f"""
WITH units AS (
  SELECT object_id, {{unit}} AS unit, max(created) AS newest, count(*) AS held, coalesce(sum(size_bytes), 0) AS size
  FROM {ROWS_TABLE} WHERE object_type = $object_type AND project_id = $project_id GROUP BY ALL
), summed AS (
  SELECT *, sum(size) OVER (ORDER BY newest DESC, object_id, unit ROWS UNBOUNDED PRECEDING) AS upto FROM units
)
SELECT object_id, unit, newest, held, size FROM summed
WHERE newest < $before OR upto > $max_bytes ORDER BY newest, object_id, unit LIMIT $most
"""
_LOGS: Final = "project_logs"
_XACT_SECONDS: Final = "(xact_id >> 16) & 4294967295"
"""Bits 16 to 47 of a transaction id are Unix seconds (store/xact.py)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """What goes as a whole.

    Attributes:
        trace: the root span of a trace; empty for a whole object.
        newest: `created` of its newest row, UTC without a zone.
        size_bytes: of its rows' texts.
    """

    object_type: str
    project_id: str
    object_id: str
    trace: str
    newest: datetime
    rows: int
    size_bytes: int


@dataclass(slots=True, kw_only=True)
class Removed:
    """What one or more removals took away."""

    units: int = 0
    rows: int = 0
    size_bytes: int = 0
    history: int = 0
    facts: int = 0

    def add(self, more: "Removed") -> None:
        """Count another one."""
        self.units += more.units
        self.rows += more.rows
        self.size_bytes += more.size_bytes
        self.history += more.history
        self.facts += more.facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The rows of one object type in one project."""

    object_type: str
    project_id: str
    rows: int
    size_bytes: int


@dataclass(slots=True)
class Horizon:
    """Until when rows of a project were removed, by object type and project; no rows at or before it come back by a replay."""

    before: dict[tuple[str, str], datetime] = field(default_factory=dict[tuple[str, str], datetime])

    @classmethod
    def read(cls, connection: duckdb.DuckDBPyConnection) -> "Horizon":
        """Return the horizon of a file."""
        found = connection.execute(f"SELECT object_type, project_id, before FROM {REMOVED_TABLE}").fetchall()
        return cls({(object_type, project_id): before for object_type, project_id, before in found})

    def covers(self, object_type: str, project_id: str, created: datetime) -> bool:
        """Tell whether rows of that time have been removed."""
        before = self.before.get((object_type, project_id))
        return before is not None and created <= before


def held(select: Select) -> Sequence[Held]:
    """Return what there is of each object type in each project; rows of no project are not told."""
    found = select(
        Statement(
            sql="SELECT object_type, project_id, count(*), coalesce(sum(size_bytes), 0)"
            f" FROM {ROWS_TABLE} WHERE project_id IS NOT NULL GROUP BY ALL ORDER BY ALL"
        )
    )
    return [
        Held(object_type=str(kind), project_id=str(project), rows=_int(rows), size_bytes=_int(size))
        for kind, project, rows, size in found
    ]


def units_above(
    select: Select,
    *,
    object_type: str,
    project_id: str,
    before: datetime | None,
    max_bytes: int | None,
    most: int,
) -> Sequence[Unit]:
    """Return the units of a project that are older than `before`, or the oldest of those that are together above `max_bytes`.

    Args:
        select: runs the statement.
        object_type: the type of their rows.
        project_id: their project.
        before: UTC without a zone; None for no limit of age. A unit of that very time is not older.
        max_bytes: None for no limit of size. What is exactly as large stays.
        most: units that are returned, oldest first.
    """
    unit = "root_span_id" if object_type == _LOGS else "''"
    found = select(
        Statement(
            sql=_UNITS.format(unit=unit),
            parameters={
                "object_type": object_type,
                "project_id": project_id,
                "before": before if before is not None else datetime.min,  # noqa: DTZ901 - the store's times have no zone
                "max_bytes": max_bytes if max_bytes is not None else (1 << 63) - 1,
                "most": most,
            },
        )
    )
    return [
        Unit(
            object_type=object_type,
            project_id=project_id,
            object_id=str(object_id),
            trace=str(trace),
            newest=_datetime(newest),
            rows=_int(rows),
            size_bytes=_int(size),
        )
        for object_id, trace, newest, rows, size in found
    ]


def remove(connection: duckdb.DuckDBPyConnection, units: Sequence[Unit], horizon: Horizon) -> Removed:
    """Remove units with their history and facts, and note it; the caller has begun a transaction.

    Args:
        connection: the writer's.
        units: all of one object type and project, at least one.
        horizon: moved forward; the caller reads it again when the transaction fails.
    """
    if units[0].object_type != _LOGS:
        removed = [_remove_object(connection, unit) for unit in units]
    else:
        removed = [_remove_traces(connection, units)]
    total = Removed()
    for each in removed:
        total.add(each)
    if total.units:
        _note(connection, units, horizon)
    return total


def remove_facts(
    connection: duckdb.DuckDBPyConnection, *, project_id: str, before: datetime, most: int
) -> int:
    """Remove facts about log rows of a project that are not there, stated in transactions before a time; return how many."""
    found = connection.execute(
        f"SELECT rowid FROM store.facts WHERE object_type = '{_LOGS}' AND object_id = $1 AND {_XACT_SECONDS} < epoch($2)"
        f" AND id NOT IN (SELECT id FROM {ROWS_TABLE} WHERE object_type = '{_LOGS}' AND object_id = $1) LIMIT $3",
        [project_id, before, most],
    ).fetchall()
    return _delete(connection, "store.facts", [row_id for (row_id,) in found])


def remove_history(
    connection: duckdb.DuckDBPyConnection, *, project_id: str, before: datetime, most: int
) -> int:
    """Remove past states of rows of a project that ended in transactions before a time; return how many."""
    ended = _XACT_SECONDS.replace("xact_id", "until_xact_id")
    found = connection.execute(
        f"SELECT rowid FROM {HISTORY_TABLE} WHERE project_id = $1 AND {ended} < epoch($2) LIMIT $3",
        [project_id, before, most],
    ).fetchall()
    return _delete(connection, HISTORY_TABLE, [row_id for (row_id,) in found])


def _remove_traces(connection: duckdb.DuckDBPyConnection, units: Sequence[Unit]) -> Removed:
    object_id = units[0].object_id
    found = connection.execute(
        f"SELECT rowid, id, root_span_id, created, coalesce(size_bytes, 0) FROM {ROWS_TABLE}"
        f" WHERE object_type = '{_LOGS}' AND object_id = $1 AND root_span_id IN (SELECT unnest($2))",
        [object_id, [unit.trace for unit in units]],
    ).fetchall()
    newest: dict[str, datetime] = {}
    for _, _, trace, created, _ in found:
        newest[trace] = max(created, newest.get(trace, created))
    gone = {unit.trace for unit in units if newest.get(unit.trace) == unit.newest}
    rows = [each for each in found if each[2] in gone]
    _delete(connection, ROWS_TABLE, [each[0] for each in rows])
    facts = connection.execute(
        "SELECT rowid FROM store.facts WHERE object_type = $1 AND object_id = $2 AND id IN (SELECT unnest($3))",
        [_LOGS, object_id, [each[1] for each in rows]],
    ).fetchall()
    return Removed(
        units=len(gone),
        rows=len(rows),
        size_bytes=sum(each[4] for each in rows),
        facts=_delete(connection, "store.facts", [row_id for (row_id,) in facts]),
    )


def _remove_object(connection: duckdb.DuckDBPyConnection, unit: Unit) -> Removed:
    key = [unit.object_type, unit.object_id]
    where = "object_type = $1 AND object_id = $2"
    newest = connection.execute(f"SELECT max(created) FROM {ROWS_TABLE} WHERE {where}", key).fetchone()
    if newest is None or newest[0] != unit.newest:
        return Removed()
    tables = [ROWS_TABLE, "store.facts", *([HISTORY_TABLE] if unit.object_type in VERSIONED else [])]
    counts = [connection.execute(f"DELETE FROM {table} WHERE {where}", key).fetchone() for table in tables]
    rows, facts, history = [*(int(count[0]) if count else 0 for count in counts), 0][:3]
    return Removed(units=1, rows=rows, size_bytes=unit.size_bytes, facts=facts, history=history)


def _note(connection: duckdb.DuckDBPyConnection, units: Sequence[Unit], horizon: Horizon) -> None:
    key = (units[0].object_type, units[0].project_id)
    newest = max(unit.newest for unit in units)
    horizon.before[key] = max(newest, horizon.before.get(key, newest))
    connection.execute(f"DELETE FROM {REMOVED_TABLE} WHERE object_type = $1 AND project_id = $2", list(key))
    connection.execute(f"INSERT INTO {REMOVED_TABLE} VALUES ($1, $2, $3)", [*key, horizon.before[key]])


def _delete(connection: duckdb.DuckDBPyConnection, table: str, row_ids: Sequence[int]) -> int:
    if row_ids:
        connection.execute(f"DELETE FROM {table} WHERE rowid IN (SELECT unnest($1))", [list(row_ids)])
    return len(row_ids)


def _int(value: object) -> int:
    return int(str(value))


def _datetime(value: object) -> datetime:
    if not isinstance(value, datetime):
        raise TypeError(f"the store gave {type(value).__name__} for a time")
    return value
