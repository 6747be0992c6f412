"""Syntax nodes in their normal form."""

import pytest

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query import build
from otel_bridge_collector.query.syntax import Binary, Call, Expression, Literal, Logical, Path, Place, Unary

A, B = Path(parts=("a",)), Path(parts=("b",))
NULL = Literal(value=None)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        pytest.param(A, NULL, Unary(operator="isnull", operand=A), id="right"),
        pytest.param(NULL, A, Unary(operator="isnull", operand=A), id="left"),
        pytest.param(A, B, Binary(operator="eq", left=A, right=B), id="neither"),
    ],
)
def test_a_comparison_with_null_is_a_null_test(
    left: Expression, right: Expression, expected: Expression
) -> None:
    assert build.binary("eq", left, right) == expected


def test_the_negative_of_a_number_is_a_number() -> None:
    assert build.unary("neg", Literal(value=5)) == Literal(value=-5)


def test_the_negative_of_true_is_no_number() -> None:
    assert build.unary("neg", Literal(value=True)) == Unary(operator="neg", operand=Literal(value=True))


def test_terms_of_the_same_operator_are_joined() -> None:
    inner = Logical(operator="and", terms=(A, B))

    assert build.logical("and", (inner, A)) == Logical(operator="and", terms=(A, B, A))
    assert build.logical("or", (inner, A)) == Logical(operator="or", terms=(inner, A))


def test_one_term_stands_for_itself() -> None:
    assert build.logical("and", (A,)) == A


def test_a_function_has_a_lower_case_name() -> None:
    assert build.call("UPPER", (A,)) == Call(name="upper", arguments=(A,))


def test_an_operator_by_name_needs_its_arguments() -> None:
    with pytest.raises(QueryError, match="isnull takes 1 argument, not 2") as caught:
        build.call("isnull", (A, B), Place(offset=3, length=12))

    assert (caught.value.offset, caught.value.length) == (3, 12)
