"""Syntax nodes in their normal form, so that every front end makes the same tree of the same meaning.

Source: spec/btql.md sections 0 (comparison with null), 2.3 (names of operators in JSON) and 5 (operators by name).
"""

from collections.abc import Iterable
from typing import Final, cast
from typing import Literal as Choice

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.syntax import (
    Binary,
    BinaryOperator,
    Call,
    Expression,
    Literal,
    Logical,
    Place,
    Unary,
    UnaryOperator,
)

BINARY_NAMES: Final[dict[str, BinaryOperator]] = {
    "eq": "eq", "ne": "ne", "is": "is", "isnot": "isnot", "lt": "lt", "le": "le", "gt": "gt", "ge": "ge",
    "like": "like", "ilike": "ilike", "match": "match", "includes": "includes", "contains": "includes",
    "add": "add", "sub": "sub", "mul": "mul", "div": "div", "mod": "mod",
}  # fmt: skip
UNARY_NAMES: Final[tuple[UnaryOperator, ...]] = ("not", "neg", "isnull", "isnotnull")

_NULL_TESTS: Final[dict[str, UnaryOperator]] = {
    "eq": "isnull", "is": "isnull", "ne": "isnotnull", "isnot": "isnotnull",
}  # fmt: skip
_BINARY_ARGUMENTS: Final = 2


def binary(
    operator: BinaryOperator, left: Expression, right: Expression, place: Place | None = None
) -> Expression:
    """Return the operation; a comparison with the constant null is a test for null."""
    if test := _NULL_TESTS.get(operator):
        for constant, other in ((right, left), (left, right)):
            if isinstance(constant, Literal) and constant.value is None:
                return Unary(operator=test, operand=other, place=place)
    return Binary(operator=operator, left=left, right=right, place=place)


def unary(operator: UnaryOperator, operand: Expression, place: Place | None = None) -> Expression:
    """Return the operation; the negative of a number is a number."""
    if operator == "neg" and isinstance(operand, Literal) and _is_number(operand.value):
        return Literal(value=-cast("float", operand.value), place=place)
    return Unary(operator=operator, operand=operand, place=place)


def logical(
    operator: Choice["and", "or"], terms: Iterable[Expression], place: Place | None = None
) -> Expression:
    """Return the terms under one AND or OR, without the same operator among them."""
    flat: list[Expression] = []
    for term in terms:
        if isinstance(term, Logical) and term.operator == operator:
            flat.extend(term.terms)
        else:
            flat.append(term)
    return flat[0] if len(flat) == 1 else Logical(operator=operator, terms=tuple(flat), place=place)


def call(name: str, arguments: tuple[Expression, ...], place: Place | None = None) -> Expression:
    """Return the call; an operator called by its name is the operator.

    Raises:
        QueryError: an operator with the wrong number of arguments.
    """
    lowered = name.lower()
    for unary_name in UNARY_NAMES:
        if lowered == unary_name:
            _check_count(lowered, arguments, 1, place)
            return unary(unary_name, arguments[0], place)
    if operator := BINARY_NAMES.get(lowered):
        _check_count(lowered, arguments, _BINARY_ARGUMENTS, place)
        return binary(operator, arguments[0], arguments[1], place)
    return Call(name=lowered, arguments=arguments, place=place)


def _check_count(name: str, arguments: tuple[Expression, ...], count: int, place: Place | None) -> None:
    if len(arguments) != count:
        raise QueryError(
            f"{name} takes {count} argument{'s' if count > 1 else ''}, not {len(arguments)}",
            offset=place.offset if place else None,
            length=place.length if place else 1,
            code="wrongArgumentCount",
        )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
