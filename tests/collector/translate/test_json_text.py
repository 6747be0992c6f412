"""JSON in attribute values."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate import json_text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param('{"a": [1, null]}', {"a": [1, None]}, id="object"),
        pytest.param("null", None, id="null"),
        pytest.param('"text"', "text", id="text"),
        pytest.param('{"a": NaN, "b": -Infinity}', {"a": "NaN", "b": "-Infinity"}, id="what Python writes"),
        pytest.param('["\\ud800"]', ["?"], id="lone surrogate"),
    ],
)
def test_json_text_is_parsed(text: str, value: Json) -> None:
    assert json_text.parse(text) == json_text.Parsed(value)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("{oops", id="cut"),
        pytest.param("[{'a': 1}]", id="what Python prints"),
        pytest.param("", id="empty"),
        pytest.param("NaN", id="constant of Python alone"),
        pytest.param("[" * 201 + "]" * 201, id="too deep"),
        pytest.param("[" * 5000 + "]" * 5000, id="deeper than any parser goes"),
        pytest.param(5, id="number"),
        pytest.param(None, id="nothing"),
    ],
)
def test_what_is_no_json_text_is_not_parsed(value: Json) -> None:
    assert json_text.parse(value) is None


@pytest.mark.parametrize("levels", [pytest.param(200, id="at the limit"), pytest.param(201, id="over it")])
def test_json_is_read_down_to_its_last_level(levels: int) -> None:
    parsed = json_text.parse("[" * levels + "]" * levels)

    assert (parsed is not None) == (levels == 200)


def test_many_brackets_beside_each_other_are_not_deep() -> None:
    parsed = json_text.parse("[" + '{"a":1},' * 300 + "[]]")

    assert parsed is not None
    assert parsed.value == [*[{"a": 1}] * 300, []]


@pytest.mark.parametrize(
    ("value", "decoded"),
    [
        pytest.param('{"a": 1}', {"a": 1}, id="object"),
        pytest.param(" [1]", [1], id="list behind a blank"),
        pytest.param('"quoted"', "quoted", id="quoted text"),
        pytest.param("5", "5", id="number in text"),
        pytest.param("{broken", "{broken", id="broken"),
        pytest.param({"a": "[1]"}, {"a": "[1]"}, id="structured already"),
    ],
)
def test_text_that_looks_like_json_is_decoded(value: Json, decoded: Json) -> None:
    assert json_text.decoded(value) == decoded


def test_a_structure_may_come_as_it_is() -> None:
    assert json_text.structure({"a": 1}) == json_text.Parsed({"a": 1})
    assert json_text.structure('{"a": 1}') == json_text.Parsed({"a": 1})
    assert json_text.structure("{a") is None


def test_a_value_is_written_as_compact_json_and_text_as_it_is() -> None:
    assert json_text.written({"stadt": "Zürich", "n": [1, 2]}) == '{"stadt":"Zürich","n":[1,2]}'
    assert json_text.written('{"a": 1}') == '{"a": 1}'


@pytest.mark.parametrize(
    ("letters", "is_shared"), [pytest.param(10, True, id="short"), pytest.param(40_000, False, id="long")]
)
def test_short_text_that_several_readers_ask_for_is_parsed_once(letters: int, *, is_shared: bool) -> None:
    text = f'["{"x" * letters}"]'

    first, second = json_text.parse(text), json_text.parse(text)

    assert first == second
    assert (first is second) == is_shared
