"""The aggregate functions of the query language, each as SQL over a group of rows.

Source: spec/btql.md sections 5.1 and 8. Nulls are skipped; a sum over no number is null, a count over nothing is 0.
"""

from collections.abc import Callable, Mapping
from typing import Final

from otel_bridge_collector.query.function import Arguments, Function, bad_argument
from otel_bridge_collector.query.syntax import Expression, Literal
from otel_bridge_collector.query.value import (
    Kind,
    Value,
    as_countable,
    as_json,
    as_number,
    as_string,
    as_truth,
    boolean,
    json,
    number,
)

GROUP_KEY: Final = (
    # Texts are most of them, and need no rewriting.
    "CASE left({0}, 1) WHEN '\"' THEN {0} WHEN '{{' THEN json_normalize({0}) WHEN '[' THEN json_normalize({0})"
    r" ELSE regexp_replace({0}, '^(-?[0-9]+)[.]0$', '\1') END"
)
"""JSON text as a key of groups: 1 and 1.0 are one group, 1 and "1" are two, and the order of an object's keys does not count."""


def _count(given: Arguments) -> Value:
    if not given.values or _is_something(given.call.arguments[0]):
        return number("count(*)")
    return number(f"count({given.values[0].sql})")


def _is_something(node: Expression) -> bool:
    """Tell whether an expression is a constant, and so the same on every row, that is not null."""
    return isinstance(node, Literal) and node.value is not None


def _count_distinct(given: Arguments) -> Value:
    value = given.values[0]
    return number(
        f"count(DISTINCT {GROUP_KEY.format(as_json(value)) if value.kind is Kind.JSON else value.sql})"
    )


def _numeric(sql: str) -> Callable[[Arguments], Value]:
    return lambda given: number(sql.format(as_countable(given.values[0])))


def _extreme(name: str) -> Callable[[Arguments], Value]:
    """Lower min or max; of a dynamic value the highest type of the group counts: strings, then numbers."""

    def lower(given: Arguments) -> Value:
        value = given.values[0]
        if value.kind is not Kind.JSON:
            return Value(sql=f"{name}({value.sql})", kind=value.kind)
        by = f"arg_{name}({value.sql}, {{}})"
        return json(
            f"coalesce({by.format(as_string(value))}, {by.format(as_number(value))}, {name}({value.sql}))"
        )

    return lower


def _any_value(given: Arguments) -> Value:
    value = given.values[0]
    return Value(sql=f"arg_max({value.sql}, pagination_key)", kind=value.kind)


def _percentile(given: Arguments) -> Value:
    node = given.call.arguments[1]
    fraction = node.value if isinstance(node, Literal) else None
    if isinstance(fraction, bool) or not isinstance(fraction, int | float) or not 0 <= fraction <= 1:
        raise bad_argument(given.call, node, "percentile takes a constant from 0 to 1 as its second argument")
    return number(f"quantile_cont(CAST({as_countable(given.values[0])} AS DOUBLE), {float(fraction)!r})")


def _truth(name: str) -> Callable[[Arguments], Value]:
    return lambda given: boolean(f"{name}({as_truth(given.values[0])})")


def _by(name: str) -> Callable[[Arguments], Value]:
    """Lower what a row says that has the least or most of something: of texts if there are any, else of numbers."""

    def lower(given: Arguments) -> Value:
        value, by = given.values
        keys = (as_string(by), as_number(by)) if by.kind is Kind.JSON else (by.sql,)
        found = ", ".join(f"{name}({value.sql}, {key})" for key in keys)
        return Value(sql=f"coalesce({found})", kind=value.kind)

    return lower


def _array(given: Arguments) -> Value:
    value = as_json(given.values[0])
    # The oldest first, as the rows came.
    listed = f"list({value} ORDER BY pagination_key) FILTER (WHERE {value} IS NOT NULL)"
    return json(f"('[' || array_to_string({listed}, ',') || ']')")


AGGREGATES: Final[Mapping[str, Function]] = {
    "count": Function(fewest=0, most=1, lower=_count),
    "count_distinct": Function(fewest=1, most=1, lower=_count_distinct),
    "sum": Function(fewest=1, most=1, lower=_numeric("sum({})")),
    "avg": Function(fewest=1, most=1, lower=_numeric("avg({})")),
    "median": Function(fewest=1, most=1, lower=_numeric("quantile_cont(CAST({} AS DOUBLE), 0.5)")),
    "stddev": Function(fewest=1, most=1, lower=_numeric("stddev_samp({})")),
    "min": Function(fewest=1, most=1, lower=_extreme("min")),
    "max": Function(fewest=1, most=1, lower=_extreme("max")),
    "any_value": Function(fewest=1, most=1, lower=_any_value),
    "approx_count_distinct": Function(
        fewest=1, most=1, lower=lambda given: number(f"approx_count_distinct({as_json(given.values[0])})")
    ),
    "min_by": Function(fewest=2, most=2, lower=_by("arg_min")),
    "max_by": Function(fewest=2, most=2, lower=_by("arg_max")),
    "array_agg": Function(fewest=1, most=1, lower=_array),
    "bool_or": Function(fewest=1, most=1, lower=_truth("bool_or")),
    "bool_and": Function(fewest=1, most=1, lower=_truth("bool_and")),
    "percentile": Function(fewest=2, most=2, lower=_percentile),
}
"""Name -> aggregate function."""
