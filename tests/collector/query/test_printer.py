"""Trees to text; that the text is read as the same tree is a property test."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.query.printer import print_expression, print_path
from otel_bridge_collector.query.syntax import Access, Call, Literal, Logical, Path


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        pytest.param(("created",), "created", id="column"),
        pytest.param(("metadata", "a b", 0, 'c"d'), 'metadata."a b"[0]."c""d"', id="keys-and-positions"),
        pytest.param(("a b", "c"), '"a b".c', id="quoted-first"),
    ],
)
def test_a_path(parts: tuple[str | int, ...], text: str) -> None:
    assert print_path(parts) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param("it's", "'it''s'", id="string"),
        pytest.param(1.5, "1.5", id="number"),
        pytest.param(None, "null", id="null"),
        pytest.param([True, {"a": "b"}], "[true, {\"a\": 'b'}]", id="nested"),
    ],
)
def test_a_constant(value: Json, text: str) -> None:
    assert print_expression(Literal(value=value)) == text


def test_operations_inside_others_stand_in_parentheses() -> None:
    term = Logical(operator="or", terms=(Path(parts=("a",)), Literal(value=True)))

    assert print_expression(Logical(operator="and", terms=(term, term))) == "(a OR true) AND (a OR true)"


def test_a_constant_condition_has_a_text() -> None:
    assert print_expression(Logical(operator="and", terms=())) == "true"
    assert print_expression(Logical(operator="or", terms=())) == "false"


def test_a_step_into_a_call() -> None:
    assert print_expression(Access(of=Call(name="f"), step="a b")) == 'f()."a b"'
