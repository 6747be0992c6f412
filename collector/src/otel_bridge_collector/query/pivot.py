"""Pivots: a grouped query whose groups become columns. Pure.

Source: spec/btql.md section 6.3. The groups are computed first; how many columns there are, their values say. A column is called
`<value of the key>_<name of the measure>`, with `null` for null.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.lower import is_aggregate
from otel_bridge_collector.query.names import Output, at_position
from otel_bridge_collector.query.reader import query_error
from otel_bridge_collector.query.syntax import Expression, Literal, Path, Pivot, Query, Selected, Sorted
from otel_bridge_collector.store.json_text import dump_json

MAX_VALUES: Final = 200
"""Most values of a key that become columns."""

_Row = Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pivoting:
    """What to make of the rows of groups.

    Attributes:
        key: the output whose values become columns.
        measures: the outputs that stand in them.
        sort: names of columns made by the pivot to sort by, and whether descending.
        limit: most rows of the result.
    """

    key: str
    measures: Sequence[str]
    sort: Sequence[tuple[str, bool]] = ()
    limit: int = 0


def as_groups(query: Query) -> Query:
    """Return the query of the groups that a pivot is made of; a query without a pivot is itself.

    Raises:
        QueryError: the pivot has no key or no measure.
    """
    pivot = query.pivot
    if pivot is None:
        return query
    sort = tuple(key for key in query.sort if not _names_column(key))
    query = replace(query, pivot=None, sort=sort)
    if pivot.key is None:
        if not query.dimensions:
            raise query_error("pivot needs dimensions, of which the last becomes columns", pivot.place)
        return query
    return _sql_groups(query, pivot, pivot.key)


def _sql_groups(query: Query, pivot: Pivot, key: Expression) -> Query:
    for measure in pivot.measures:
        if measure.expression is None or not is_aggregate(measure.expression):
            raise query_error("PIVOT takes aggregates such as avg(x)", pivot.place)
    columns = [_measured(column, pivot) for column in query.select if column.expression]
    if len(columns) < len(query.select):
        columns = list(query.dimensions)
    keys = [at_position(item.expression, columns) for item in query.dimensions if item.expression]
    if not keys:
        keys = [each.expression for each in columns if each.expression and not is_aggregate(each.expression)]
    if key not in keys and not any(column.alias == _name_of(key) for column in columns):
        keys.append(key)
    present = [column.expression for column in columns]
    columns += [Selected(expression=each) for each in keys[-1:] if each not in present and each == key]
    columns += [measure for measure in pivot.measures if measure.expression not in present]
    return replace(query, select=tuple(columns), dimensions=tuple(Selected(expression=each) for each in keys))


def _measured(column: Selected, pivot: Pivot) -> Selected:
    """Return a selected column with the name of a measure replaced by the measure."""
    for measure in pivot.measures:
        if measure.alias and column.expression == Path(parts=(measure.alias,)):
            return replace(measure, alias=column.alias or measure.alias)
        if not column.alias and column.expression == measure.expression:
            return measure
    return column


def pivoting(query: Query, outputs: Sequence[Output], groups: Sequence[Expression]) -> Pivoting | None:
    """Return what to make of the groups of a planned query, which is given as it was asked; None where it has no pivot.

    Raises:
        QueryError: the pivot names what is no output.
    """
    pivot = query.pivot
    if pivot is None:
        return None
    key = pivot.key or groups[-1]
    measures = [_output(measure.alias, measure.expression, outputs, pivot) for measure in pivot.measures]
    sort = [
        (str(item.expression.value), item.descending)
        for item in query.sort
        if isinstance(item.expression, Literal) and _names_column(item)
    ]
    return Pivoting(key=_output(None, key, outputs, pivot), measures=measures, sort=sort)


def _output(alias: str | None, expression: Expression | None, outputs: Sequence[Output], pivot: Pivot) -> str:
    wanted = alias or _name_of(expression)
    for name, value in outputs:
        if value == expression or (wanted and name == wanted):
            return name
    known = ", ".join(name for name, _ in outputs)
    raise query_error(
        "pivot names what is no column of the groups", pivot.place, suggestion=f"they are {known}"
    )


def _name_of(expression: Expression | None) -> str | None:
    return str(expression.parts[0]) if isinstance(expression, Path) and len(expression.parts) == 1 else None


def _names_column(key: Sorted) -> bool:
    return isinstance(key.expression, Literal) and isinstance(key.expression.value, str)


def pivot_rows(
    rows: Sequence[_Row], outputs: Sequence[str], pivoting: Pivoting
) -> tuple[list[_Row], list[str]]:
    """Return the pivoted rows with their keys in alphabetical order, and the columns in the order of selection.

    Raises:
        QueryError: too many values, or a sort by a column that nobody made.
    """
    kept = [name for name in outputs if name != pivoting.key and name not in pivoting.measures]
    values: dict[str, None] = dict.fromkeys(_label(row[pivoting.key]) for row in rows)
    if len(values) > MAX_VALUES:
        message = f"the pivot would make columns of {len(values)} values, and {MAX_VALUES} are allowed"
        raise QueryError(message, code="pivotTooWide", suggestion="filter, or group by the key instead")
    columns = [*kept, *(f"{value}_{measure}" for value in sorted(values) for measure in pivoting.measures)]
    pivoted: dict[str, dict[str, Json]] = {}
    for row in rows:
        cells = pivoted.setdefault(
            dump_json([row[name] for name in kept]),
            {**dict.fromkeys(columns), **{name: row[name] for name in kept}},
        )
        cells |= {f"{_label(row[pivoting.key])}_{measure}": row[measure] for measure in pivoting.measures}
    found = _sorted([dict(sorted(cells.items())) for cells in pivoted.values()], columns, pivoting)
    return found[: pivoting.limit], columns


def _sorted(rows: Sequence[_Row], columns: Sequence[str], pivoting: Pivoting) -> list[_Row]:
    found = list(rows)
    for name, descending in reversed(pivoting.sort):
        if name not in columns:
            known = ", ".join(columns[:10])
            raise QueryError(
                f'there is no column "{name}"', code="badPosition", suggestion=f"they are {known}"
            )
        present = [row for row in found if row[name] is not None]
        absent = [row for row in found if row[name] is None]
        found = sorted(present, key=lambda row: _order(row[name]), reverse=descending) + absent
    return found


def _order(value: Json) -> tuple[int, float, str]:
    if isinstance(value, int | float):
        return (0, value, "")
    return (1, 0, value if isinstance(value, str) else dump_json(value))


def _label(value: Json) -> str:
    return value if isinstance(value, str) else dump_json(value)
