"""Expressions to SQL values: operators here, comparisons, functions and aggregates in their own modules.

Source: spec/btql.md section 4. Types that no row can make fit are found here; everything a user wrote is bound.
"""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query import compare
from otel_bridge_collector.query.aggregate import AGGREGATES
from otel_bridge_collector.query.columns import ROW_FIELDS, Fields, column
from otel_bridge_collector.query.function import (
    FUNCTIONS,
    LAST_INSTANT_S,
    OF_ROWS,
    Arguments,
    Clock,
    Function,
    same_kind,
)
from otel_bridge_collector.query.reader import query_error
from otel_bridge_collector.query.syntax import (
    Access,
    Binary,
    Call,
    Conditional,
    Expression,
    In,
    Interval,
    Literal,
    Logical,
    Path,
    Place,
    Unary,
)
from otel_bridge_collector.query.value import (
    NULL,
    Bindings,
    Kind,
    Value,
    as_number,
    as_timestamp,
    as_truth,
    boolean,
    constant,
    number,
    step,
    timestamp,
)
from otel_bridge_collector.query.walk import anywhere

_ARITHMETIC: Final = {
    "add": "({0} + {1})",
    "sub": "({0} - {1})",
    "mul": "({0} * {1})",
    "div": "({0} / nullif({1}, 0))",
    "mod": "({0} % nullif({1}, 0))",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where an expression stands.

    Attributes:
        fields: the names that it can use.
        groups: expressions that are keys of the group, with their values; None where rows are not grouped.
        in_aggregate: whether this is an argument of an aggregate, and so about single rows.
    """

    bindings: Bindings
    clock: Clock
    fields: Fields = ROW_FIELDS
    groups: Sequence[tuple[Expression, Value]] | None = None
    in_aggregate: bool = False


def lower(node: Expression, scope: Scope) -> Value:
    """Return an expression as SQL.

    Raises:
        QueryError: an unknown function, a wrong argument, or a column that is no key of the group.
    """
    if scope.groups is not None and not scope.in_aggregate:
        for expression, value in scope.groups:
            if node == expression:
                return value
    return _LOWERERS[type(node)](node, scope)


def condition(node: Expression, scope: Scope) -> str:
    """Return an expression as a SQL condition."""
    return as_truth(lower(node, scope))


def is_aggregate(node: Expression) -> bool:
    """Tell whether an aggregate function stands anywhere in an expression."""
    return anywhere(node, lambda part: isinstance(part, Call) and part.name in AGGREGATES)


def _literal(node: Literal, scope: Scope) -> Value:
    return constant(node.value, scope.bindings)


def _interval(node: Interval, scope: Scope) -> Value:
    return Value(sql=f"to_{node.unit}s({scope.bindings.add(node.count)}::INTEGER)", kind=Kind.INTERVAL)


def _path(node: Path, scope: Scope) -> Value:
    _check_grouped(node, ".".join(map(str, node.parts)), scope)
    return column(node.parts, scope.bindings, scope.fields)


def _access(node: Access, scope: Scope) -> Value:
    return step(lower(node.of, scope), (node.step,), scope.bindings)


def _in(node: In, scope: Scope) -> Value:
    return compare.among(lower(node.operand, scope), node.values, scope.bindings)


def _unary(node: Unary, scope: Scope) -> Value:
    value = lower(node.operand, scope)
    match node.operator:
        case "not":
            return boolean(f"(NOT {as_truth(value)})")
        case "neg":
            return number(f"(- {as_number(value)})")
        case "isnull":
            return boolean(f"({value.sql} IS NULL)")
        case "isnotnull":
            return boolean(f"({value.sql} IS NOT NULL)")


def _binary(node: Binary, scope: Scope) -> Value:
    if node.operator in ("like", "ilike", "match", "includes"):
        return _text_operator(node, scope)
    if node.operator in _ARITHMETIC:
        return _arithmetic(node, lower(node.left, scope), lower(node.right, scope))
    left, right = _comparable(node, scope)
    match node.operator:
        case "eq":
            compared = compare.equal(left, right)
        case "ne":
            compared = boolean(f"(NOT {compare.equal(left, right).sql})")
        case "is":
            compared = compare.identical(left, right)
        case "isnot":
            compared = boolean(f"(NOT {compare.identical(left, right).sql})")
        case _:
            compared = compare.ordered(node.operator, left, right)
    return compared


def _comparable(node: Binary, scope: Scope) -> tuple[Value, Value]:
    """Lower both sides; a constant string beside a time is a time."""
    left, right = lower(node.left, scope), lower(node.right, scope)
    if left.kind is Kind.TIMESTAMP and isinstance(node.right, Literal) and isinstance(node.right.value, str):
        right = compare.instant(node.right.value, scope.bindings, node.right.place)
    if right.kind is Kind.TIMESTAMP and isinstance(node.left, Literal) and isinstance(node.left.value, str):
        left = compare.instant(node.left.value, scope.bindings, node.left.place)
    return left, right


def _text_operator(node: Binary, scope: Scope) -> Value:
    right = node.right
    if not isinstance(right, Literal):
        message = f"{node.operator.upper()} needs a constant on its right"
        raise query_error(message, right.place, code="badArgument")
    value = lower(node.left, scope)
    if node.operator == "includes":
        return compare.includes(value, right.value, scope.bindings)
    if not isinstance(right.value, str):
        message = f"{node.operator.upper()} needs a string on its right"
        raise query_error(message, right.place, code="badArgument")
    if node.operator == "match":
        return compare.matches(value, right.value, scope.bindings)
    return compare.like(value, right.value, scope.bindings, ignore_case=node.operator == "ilike")


def _arithmetic(node: Binary, left: Value, right: Value) -> Value:
    kinds = (left.kind, right.kind)
    if Kind.INTERVAL in kinds:
        return _shifted(node, left, right)
    if Kind.TIMESTAMP in kinds and node.operator == "sub":
        return number(f"epoch({as_timestamp(left)} - {as_timestamp(right)})")
    operands = (f"CAST({as_number(value)} AS DOUBLE)" for value in (left, right))
    return number(_ARITHMETIC[node.operator].format(*operands))


def _shifted(node: Binary, left: Value, right: Value) -> Value:
    """Move a time by an interval."""
    if node.operator == "add" and right.kind is not Kind.INTERVAL:
        left, right = right, left
    if node.operator not in ("add", "sub") or left.kind is Kind.INTERVAL or right.kind is not Kind.INTERVAL:
        message = "an interval can only be added to a time or taken from one"
        raise query_error(
            message, node.place, code="badArgument", suggestion="created > now() - interval 1 day"
        )
    symbol = "+" if node.operator == "add" else "-"
    moment = as_timestamp(left)
    moved = f"({moment} {symbol} {right.sql})"
    if is_aggregate(node):
        # TRY takes no aggregate, so the engine's limits are kept by hand.
        is_within = f"abs(epoch({moment})) <= {LAST_INSTANT_S} AND abs(epoch({right.sql})) <= {_LONGEST_S}"
        return timestamp(f"(CASE WHEN {is_within} THEN {moved} END)")
    # One step from the time of a row or from now stays within what a time can be; a chain of them, or of a far time, may not.
    sides = (node.left, node.right)
    is_safe = any(map(_is_near, sides)) and any(isinstance(side, Interval) for side in sides)
    return timestamp(moved if is_safe else f"TRY{moved}")


_LONGEST_S: Final = 10_000 * 366 * 86_400
"""Of an interval, which has 10,000 years at most (`number.UNITS`)."""


def _is_near(node: Expression) -> bool:
    return isinstance(node, Path) or (isinstance(node, Call) and not node.arguments)


def _logical(node: Logical, scope: Scope) -> Value:
    terms: list[str] = []
    for term in node.terms:
        terms.append(condition(term, scope))  # noqa: PERF401 - its frames would make the deepest queries too deep for Python
    joined = f" {node.operator.upper()} ".join(terms)
    return boolean(f"({joined})") if joined else boolean("true" if node.operator == "and" else "false")


_ABSENT: Final = "(SELECT NULL)"
"""What gives null in a branch. A literal there fails in the engine (DuckDB 2.0.0, `BindBuiltinScalarFunction`) where the statistics
of a column say that the branch is always taken, and the text is compared."""


def _conditional(node: Conditional, scope: Scope) -> Value:
    results = [lower(result, scope) for _, result in node.branches]
    texts, make = same_kind([*results, lower(node.otherwise, scope)])
    texts = [_ABSENT if text == NULL.sql else text for text in texts]
    conditions = (condition(test, scope) for test, _ in node.branches)
    cases = " ".join(f"WHEN {test} THEN {text}" for test, text in zip(conditions, texts, strict=False))
    return make(f"(CASE {cases} ELSE {texts[-1]} END)")


def _call(node: Call, scope: Scope) -> Value:
    aggregate = AGGREGATES.get(node.name)
    function = aggregate or FUNCTIONS.get(node.name)
    if function is None:
        raise _unknown_function(node)
    _check_arguments(node, function)
    if aggregate:
        scope = _inside_aggregate(node, scope)
    if node.name in OF_ROWS:
        _check_grouped(node, f"{node.name}()", scope)
    values = [lower(argument, scope) for argument in node.arguments]
    return function.lower(Arguments(call=node, values=values, bindings=scope.bindings, clock=scope.clock))


def _inside_aggregate(node: Call, scope: Scope) -> Scope:
    if scope.in_aggregate:
        raise query_error("an aggregate inside an aggregate", node.place, code="nestedAggregate")
    if scope.groups is None:
        raise query_error(
            f"{node.name} is about a group and cannot stand here",
            node.place,
            code="aggregateInFilter",
            suggestion="use HAVING or final_filter, or measures",
        )
    return replace(scope, in_aggregate=True)


def _check_arguments(node: Call, function: Function) -> None:
    count = len(node.arguments)
    if not function.fewest <= count <= function.most:
        expected = (
            str(function.fewest)
            if function.fewest == function.most
            else f"{function.fewest} to {function.most}"
        )
        message = f"{node.name} takes {expected} arguments, not {count}"
        raise query_error(message, node.place, code="wrongArgumentCount")


def _check_grouped(node: Path | Call, name: str, scope: Scope) -> None:
    """Check that what is read of a row is not asked of a group."""
    if scope.groups is not None and not scope.in_aggregate:
        raise query_error(
            f"{name} is neither a key of the group nor inside an aggregate",
            node.place,
            code="notGrouped",
            suggestion=f"add {name} to GROUP BY or dimensions, or write any_value({name})",
        )


def _unknown_function(node: Call) -> QueryError:
    near = difflib.get_close_matches(node.name, [*FUNCTIONS, *AGGREGATES], n=1)
    place = Place(offset=node.place.offset, length=len(node.name)) if node.place else None
    return QueryError(
        f'unknown function "{node.name}"',
        offset=place.offset if place else None,
        length=place.length if place else 1,
        code="unknownFunction",
        suggestion=f"did you mean {near[0]}?" if near else None,
        replacement=near[0] if near else None,
    )


_LOWERERS: Final[Mapping[type[Expression], Callable[[Any, Scope], Value]]] = {
    Literal: _literal,
    Interval: _interval,
    Path: _path,
    Access: _access,
    Unary: _unary,
    Binary: _binary,
    Logical: _logical,
    In: _in,
    Conditional: _conditional,
    Call: _call,
}
