"""A condition of a query (BTQL), asked of rows on their way: the same engine and meaning as in a query of the store.

The rows stand in the statement as parameters, in an empty engine of its own; nothing is kept.
"""

import difflib
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final, cast

import duckdb

from otel_bridge.contract.row import Row
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.columns import COLUMNS as FIELDS
from otel_bridge_collector.query.columns import SHORT_NAMES
from otel_bridge_collector.query.function import Clock
from otel_bridge_collector.query.lower import Scope, condition
from otel_bridge_collector.query.parser import parse_expression
from otel_bridge_collector.query.reader import query_error
from otel_bridge_collector.query.syntax import Expression, Path
from otel_bridge_collector.query.tree import TREE
from otel_bridge_collector.query.value import Bindings
from otel_bridge_collector.query.walk import parts
from otel_bridge_collector.store.columns import COLUMNS, to_columns

_MAX_ROWS: Final = 1_000
_POSITION: Final = "filtered_position"


class RowFilter:
    """Tells for which rows a condition is true. Any thread may call."""

    def __init__(
        self,
        text: str,
        *,
        price: Callable[[Row], float | None] = lambda _: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC).replace(tzinfo=None),
    ) -> None:
        """Read the condition and try it on no row.

        Raises:
            QueryError: it is none, names something that rows do not have, or looks at the other rows of a trace.
        """
        self._expression = parse_expression(text)
        for node in _nodes(self._expression):
            _check(node)
        self._price = price
        self._now = now
        self._asking = threading.Lock()
        self._connection = duckdb.connect(":memory:", config={"threads": 1, "memory_limit": "256MB"})
        self._connection.execute("SET TimeZone = 'UTC'; SET enable_external_access = false")
        try:
            self._ask([])
        except duckdb.Error as error:
            raise QueryError(f"a filter sees one row at a time and cannot be this: {error}") from error

    def __call__(self, rows: Sequence[Row]) -> list[bool]:
        """Return for each row whether the condition is true; false where it is unknown."""
        return [
            answer
            for start in range(0, len(rows), _MAX_ROWS)
            for answer in self._ask(rows[start : start + _MAX_ROWS])
        ]

    def close(self) -> None:
        """Let go of the engine."""
        self._connection.close()

    def _ask(self, rows: Sequence[Row]) -> list[bool]:
        bindings = Bindings()
        where = condition(self._expression, Scope(bindings=bindings, clock=Clock(now=self._now())))
        columns = ", ".join(f"unnest($row_{name}::{kind}[]) AS {name}" for name, kind in COLUMNS.items())
        sql = (
            f"SELECT {_POSITION} FROM (SELECT {columns}, unnest(range($row_count)) AS {_POSITION}) AS asked"  # noqa: S608 - our own names; values are bound
            f" WHERE {where}"
        )
        values = [
            to_columns(row, pagination_key=0, base=None, cost=self._price(row))
            for row in map(_complete, rows)
        ]
        parameters: dict[str, object] = {
            f"row_{name}": [row[place] for row in values] for place, name in enumerate(COLUMNS)
        }
        with self._asking:
            found = self._connection.execute(
                sql, {**parameters, "row_count": len(rows), **bindings.used_in(sql)}
            ).fetchall()
        passing = {int(position) for (position,) in found}
        return [index in passing for index in range(len(rows))]


def _complete(row: Row) -> Row:
    """A row with what every row in the store has."""
    return cast("Row", {"_xact_id": "0", **row})


def _nodes(node: Expression) -> Iterator[Expression]:
    yield node
    for part in parts(node):
        yield from _nodes(part)


def _check(node: Expression) -> None:
    if not isinstance(node, Path):
        return
    name = str(node.parts[0])
    if name in TREE:
        raise query_error(
            f"{name} depends on other rows, and a filter sees one at a time", node.place, code="badFilter"
        )
    known = {*FIELDS, *SHORT_NAMES}
    if name not in known and (near := difflib.get_close_matches(name, sorted(known), n=1)):
        hint = f"did you mean {near[0]}?"
        raise query_error(f"rows have no field {name}", node.place, code="unknownField", suggestion=hint)
