"""Fields whose text is JSON."""

import pytest

from otel_bridge_collector.ui.json_field import Expected, FieldFault, json_in, json_text


def test_a_field_holds_what_its_json_says() -> None:
    assert json_in("Input", '{"a": [1, null]}') == {"a": [1, None]}


@pytest.mark.parametrize("expected", ["anything", "object", "texts", "objects"])
def test_an_empty_field_holds_nothing(expected: Expected) -> None:
    assert json_in("Input", " \n", expected) is None


@pytest.mark.parametrize(
    ("text", "expected", "told"),
    [
        pytest.param('{"a": 1,\n "b": }', "anything", "Input, line 2, column 7: expecting value", id="place"),
        pytest.param("Infinity", "anything", "Input, line 1, column 1: Infinity is no number of JSON", id="number"),
        pytest.param("[" * 100_000, "anything", "maximum recursion depth exceeded", id="depth"),
        pytest.param("[1]", "object", "is no object", id="object"),
        pytest.param('"a"', "texts", "is no list of texts", id="no list"),
        pytest.param('["a", 1]', "texts", "is no list of texts", id="texts"),
        pytest.param('[{"a": 1}, 1]', "objects", "is no list of objects", id="objects"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(text: str, expected: Expected, told: str) -> None:
    fault = json_in("Input", text, expected)

    assert isinstance(fault, FieldFault)
    assert told in fault.told


def test_the_place_is_marked_in_its_line() -> None:
    fault = json_in("Input", '{"a": 1,\n "b": }')

    assert isinstance(fault, FieldFault)
    assert fault.snippet == ' "b": }\n      ^'


def test_a_fault_of_the_whole_has_no_place() -> None:
    assert FieldFault(field="Name", message="a prompt needs one").told == "Name: a prompt needs one"


def test_a_value_comes_back_as_it_was_shown() -> None:
    value = {"ü": [1.5, True]}

    assert json_in("Input", json_text(value)) == value
