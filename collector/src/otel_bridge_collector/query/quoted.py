"""Texts in double quotes that are names: SQL writes names so, and clause queries write strings so.

Source: spec/btql.md section 1, "ambiguous case": such a text alone is a string, unless the source has a column or the query an
output of that name. It stays a string where a value is expected: on the right of a comparison (`type = "input"`), as a
result of `c ? a : b`, and as any argument but the first.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from otel_bridge_collector.query.syntax import (
    Binary,
    Call,
    Conditional,
    Expression,
    Literal,
    Path,
    Query,
    Selected,
)
from otel_bridge_collector.query.walk import rewrite

_ARITHMETIC: Final = ("add", "sub", "mul", "div", "mod")
_OF_TEXT: Final = ("search", "date_trunc", "date_part")
"""Functions whose first argument is a constant."""


def with_names(query: Query, columns: Collection[str], outputs: Collection[str]) -> Query:
    """Return a query with a path for each text in double quotes that is a name.

    Args:
        query: as it was parsed.
        columns: names that the source gives.
        outputs: names of the query's own outputs; they are known behind the outputs only.
    """

    def selected(items: Sequence[Selected], known: Collection[str]) -> tuple[Selected, ...]:
        return tuple(
            replace(item, expression=named(item.expression, known)) if item.expression else item
            for item in items
        )

    def condition(node: Expression | None) -> Expression | None:
        return node and named(node, every)

    every = {*columns, *outputs}
    return replace(
        query,
        select=selected(query.select, columns),
        measures=selected(query.measures, columns),
        # Behind a select list these are its outputs; without one they are outputs themselves.
        dimensions=selected(query.dimensions, every if query.select else columns),
        filter=condition(query.filter),
        trace_filter=condition(query.trace_filter),
        final_filter=condition(query.final_filter),
        # A pivot sorts by the names of columns that its values make.
        sort=query.sort
        if query.pivot
        else tuple(replace(key, expression=named(key.expression, every)) for key in query.sort),
    )


def named(node: Expression, known: Collection[str]) -> Expression:
    """Return an expression with a path for each text in double quotes that is a known name and stands where one may."""

    def change(part: Expression) -> Expression | None:
        match part:
            case Literal(name=str(name)) if name in known:
                return Path(parts=(name,), place=part.place)
            case Binary() if part.operator not in _ARITHMETIC:
                return replace(part, left=named(part.left, known), right=_value(part.right, known))
            case Conditional():
                branches = tuple((named(test, known), _value(then, known)) for test, then in part.branches)
                return replace(part, branches=branches, otherwise=_value(part.otherwise, known))
            case Call(arguments=(first, *others)):
                first = _value(first, known) if part.name in _OF_TEXT else named(first, known)
                return replace(part, arguments=(first, *(_value(other, known) for other in others)))
            case _:
                return None

    return rewrite(node, change)


def _value(node: Expression, known: Collection[str]) -> Expression:
    """Return an expression that stands where a value is expected: a text alone is one."""
    return node if isinstance(node, Literal) else named(node, known)
