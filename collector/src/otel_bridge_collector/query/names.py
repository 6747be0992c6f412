"""Names of output columns, and names that other clauses may use for them.

Source: spec/btql.md sections 3 (order of resolution) and 11 (point 26). An output has the name behind AS; a path without one
has its last key, or the whole path where that key is taken; anything else is named by its text.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from otel_bridge_collector.query.columns import COLUMNS, columns_of
from otel_bridge_collector.query.lower import query_error
from otel_bridge_collector.query.printer import print_expression, print_path
from otel_bridge_collector.query.syntax import Expression, Literal, Path, Selected
from otel_bridge_collector.query.walk import rewrite

Output = tuple[str, Expression]

_EVERYTHING: Final = Selected(expression=None)


def outputs_of(columns: Sequence[Selected], object_type: str) -> list[Output]:
    """Return name and expression of each output column; `*` is every column of the object type.

    Raises:
        QueryError: two columns of one name, of which at least one was given.
    """
    _check_unique(columns)
    short = Counter(_short_name(column) for column in columns if not column.alias)
    outputs: list[Output] = []
    for column in columns or (_EVERYTHING,):
        if column.expression is None:
            outputs += [(name, Path(parts=(name,))) for name in columns_of(object_type)]
        else:
            outputs.append((_name(column, column.expression, short), column.expression))
    return outputs


class Aliases:
    """What a name of a query's own output columns stands for."""

    def __init__(self, columns: Sequence[Selected]) -> None:
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

    def _meaning(self, node: Expression, *, aliases_first: bool) -> Expression | None:
        if not isinstance(node, Path) or len(node.parts) != 1:
            return None
        name = str(node.parts[0])
        if name in COLUMNS and not (aliases_first and name in self._given):
            return None
        if name in self._given:
            return self._given[name]
        meanings = self._implied.get(name, [])
        if len(meanings) > 1:
            paths = " or ".join(print_path(path.parts) for path in meanings)
            message = f'the name "{name}" is ambiguous'
            raise query_error(message, node.place, code="ambiguousName", suggestion=f"write {paths}")
        return meanings[0] if meanings else None


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
