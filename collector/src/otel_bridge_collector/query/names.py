"""Names of output columns, and names that other clauses may use for them.

Source: spec/btql.md sections 3 (order of resolution) and 11 (point 26). An output has the name behind AS; a path without one
has its last key, or the whole path where that key is taken; anything else is named by its text.
"""

import difflib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeGuard

from otel_bridge_collector.query.aggregate import AGGREGATES
from otel_bridge_collector.query.columns import (
    COLUMNS,
    SHORT_NAMES,
    SUMMARY_ONLY,
    columns_of,
    summary_columns,
)
from otel_bridge_collector.query.printer import print_expression, print_path
from otel_bridge_collector.query.reader import query_error
from otel_bridge_collector.query.syntax import Call, Expression, Literal, Path, Selected, Shape
from otel_bridge_collector.query.walk import anywhere, rewrite

Output = tuple[str, Expression]

_EVERYTHING: Final = Selected(expression=None)
_OF_ROWS: Final = ("search", "estimated_cost", "any_span", "filter_spans")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The names that a query's source gives.

    Attributes:
        star: what `*` is.
        own: what the source itself gives; of stored rows their columns.
        unpivoted: what UNPIVOT adds.
        short: other names that mean something.
        is_open: whether a name that is none of these may be a field of some row all the same.
    """

    star: Sequence[str]
    own: frozenset[str]
    unpivoted: frozenset[str] = frozenset()
    short: frozenset[str] = frozenset()
    is_open: bool = False

    @property
    def columns(self) -> frozenset[str]:
        """The names of columns, those of UNPIVOT included."""
        return self.own | self.unpivoted

    def is_column(self, name: str) -> bool:
        """Tell whether a name is that of a column, which an alias does not hide in a filter."""
        return name in self.columns

    def knows(self, name: str) -> bool:
        """Tell whether a name stands for something on every row."""
        return self.is_column(name) or name in self.short

    def nearest(self, name: str) -> str | None:
        """Return the name that is most like `name`, or None."""
        near = difflib.get_close_matches(name, sorted(self.own | self.unpivoted | self.short), n=1)
        return near[0] if near else None

    def check(self, expressions: Sequence[Expression]) -> None:
        """Check that every name means something, where no row can have other fields.

        Raises:
            QueryError: one does not.
        """
        if not self.is_open:
            for expression in expressions:
                anywhere(expression, self._check)

    def _check(self, node: Expression) -> bool:
        if isinstance(node, Path) and not self.knows(str(node.parts[0])):
            near = self.nearest(str(node.parts[0]))
            suggestion = f"did you mean {near}?" if near else f"it gives {', '.join(sorted(self.own))}"
            message = f'the subquery gives no "{node.parts[0]}"'
            raise query_error(message, node.place, code="unknownField", suggestion=suggestion)
        if isinstance(node, Call) and node.name in _OF_ROWS:
            message = f"{node.name} is about rows, and a subquery gives columns of its own"
            raise query_error(message, node.place, code="unsupported", suggestion="call it in the subquery")
        return False


def vocabulary(object_type: str, shape: Shape, unpivoted: Sequence[str]) -> Vocabulary:
    """Return the names of stored rows in a shape."""
    star = summary_columns(object_type) if shape == "summary" else columns_of(object_type)
    own = frozenset({*COLUMNS, *star, *(SUMMARY_ONLY if shape == "summary" else ())})
    return Vocabulary(
        star=(*star, *unpivoted), own=own, unpivoted=frozenset(unpivoted), short=SHORT_NAMES, is_open=True
    )


def outputs_of(columns: Sequence[Selected], names: Vocabulary) -> list[Output]:
    """Return name and expression of each output column; `*` is all that the source gives.

    Raises:
        QueryError: two columns of one name, of which at least one was given.
    """
    _check_unique(columns)
    short = Counter(_short_name(column) for column in columns if not column.alias)
    outputs: list[Output] = []
    for column in columns or (_EVERYTHING,):
        if column.expression is None:
            outputs += [(name, Path(parts=(name,))) for name in names.star]
        else:
            outputs.append((_name(column, column.expression, short), column.expression))
    return outputs


def output_names(columns: Sequence[Selected]) -> frozenset[str]:
    """Return the names that other clauses may use for output columns, whether given or implied."""
    names = (column.alias or _short_name(column) for column in columns)
    return frozenset(name for name in names if name)


class Aliases:
    """What a name of a query's own output columns stands for."""

    def __init__(self, columns: Sequence[Selected], names: Vocabulary) -> None:
        self._names = names
        self._given = {
            column.alias: column.expression for column in columns if column.alias and column.expression
        }
        self._implied: dict[str, list[Path]] = {}
        for column in columns:
            name = _short_name(column)
            if not column.alias and name and isinstance(column.expression, Path):
                self._implied.setdefault(name, []).append(column.expression)

    def resolve(self, expression: Expression, *, aliases_first: bool) -> Expression:
        """Return an expression with names of output columns replaced by what they stand for.

        A name of a table column means that column, unless `aliases_first`.

        Raises:
            QueryError: a name that several output columns have.
        """
        return rewrite(expression, lambda node: self._meaning(node, aliases_first=aliases_first))

    def _in_aggregate(self, node: Expression) -> Expression | None:
        """Return what a name in an aggregate stands for: no other aggregate, so `sum(tokens) AS tokens` may be sorted by sum(tokens)."""
        meaning = self._meaning(node, aliases_first=False)
        return None if meaning and anywhere(meaning, _is_aggregate) else meaning

    def _meaning(self, node: Expression, *, aliases_first: bool) -> Expression | None:
        if _is_aggregate(node):
            return replace(
                node, arguments=tuple(rewrite(part, self._in_aggregate) for part in node.arguments)
            )
        if not isinstance(node, Path) or len(node.parts) != 1:
            return None
        name = str(node.parts[0])
        if self._names.is_column(name) and not (aliases_first and name in self._given):
            return None
        if name in self._given:
            return self._given[name]
        meanings = self._implied.get(name, [])
        if len(meanings) > 1:
            paths = " or ".join(print_path(path.parts) for path in meanings)
            message = f'the name "{name}" is ambiguous'
            raise query_error(message, node.place, code="ambiguousName", suggestion=f"write {paths}")
        return meanings[0] if meanings else None


def _is_aggregate(node: Expression) -> TypeGuard[Call]:
    return isinstance(node, Call) and node.name in AGGREGATES


def at_position(expression: Expression, columns: Sequence[Selected]) -> Expression:
    """Return the output column that a whole number counts, from 1; anything else stands for itself.

    Raises:
        QueryError: there is no such column.
    """
    if not isinstance(expression, Literal) or not isinstance(expression.value, int):
        return expression
    position = expression.value
    if not 1 <= position <= len(columns) or (chosen := columns[position - 1].expression) is None:
        message = f"there is no output column {position}"
        raise query_error(message, expression.place, code="badPosition")
    return chosen


def _short_name(column: Selected) -> str | None:
    """Return the last key of a path, where that names the column."""
    if not isinstance(column.expression, Path):
        return None
    last = column.expression.parts[-1]
    return last if isinstance(last, str) else None


def _name(column: Selected, expression: Expression, short: Counter[str | None]) -> str:
    if column.alias:
        return column.alias
    name = _short_name(column)
    if not isinstance(expression, Path):
        return print_expression(expression)
    if name and (len(expression.parts) == 1 or (short[name] == 1 and name not in COLUMNS)):
        return name
    return print_path(expression.parts)


def _check_unique(columns: Sequence[Selected]) -> None:
    given = [column.alias for column in columns if column.alias]
    implied = {_short_name(column) for column in columns if not column.alias}
    for column in columns:
        if column.alias and (given.count(column.alias) > 1 or column.alias in implied):
            message = f'two output columns are called "{column.alias}"'
            raise query_error(message, column.place, code="duplicateAlias")
