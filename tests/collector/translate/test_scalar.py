"""What values say, apart from their shape."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate.scalar import are_told_in, scalars

NOTHING: set[Json] = set()
EMPTY: Json = [[[]], {}]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        pytest.param("text", {"text"}, id="text"),
        pytest.param(None, NOTHING, id="null"),
        pytest.param("", NOTHING, id="empty text"),
        pytest.param({"a": [1, {"b": [True, "x", None, ""]}], "c": 2.5}, {1, "x", 2.5}, id="nested"),
        pytest.param({"role": "user", "content": {"type": "text", "text": "hi"}}, {"hi"}, id="labels"),
        pytest.param({"type": {"a": 1}}, NOTHING, id="below a label"),
        pytest.param(EMPTY, NOTHING, id="containers alone"),
    ],
)
def test_scalars_are_what_stands_inside_of_a_value_but_labels(value: Json, found: set[Json]) -> None:
    assert scalars(value) == found


@pytest.mark.parametrize(
    ("said", "whole", "is_told"),
    [
        pytest.param(["a"], ["b", "a"], True, id="a part"),
        pytest.param(["a", "c"], ["b", "a"], False, id="more"),
        pytest.param(['{"a": 1}'], ['{"a":1}'], True, id="JSON text in another spelling"),
        pytest.param(["x"], ['["x"]'], True, id="inside of JSON text"),
        pytest.param(['["x"]'], ["x"], True, id="JSON text, taken apart"),
        pytest.param(['["x", "y"]'], ["x"], False, id="JSON text that says more"),
        pytest.param([], [], True, id="nothing"),
    ],
)
def test_a_value_tells_what_another_says_whatever_its_shape(
    said: Json, whole: Json, *, is_told: bool
) -> None:
    assert are_told_in(scalars(said), scalars(whole)) == is_told
