"""Which values a standard attribute can repeat."""

import pytest

from otel_bridge.attributes import twins
from otel_bridge.contract.row import Json


@pytest.mark.parametrize(
    ("value", "held"),
    [
        pytest.param("m", "m", id="text"),
        pytest.param(0.5, 0.5, id="number"),
        pytest.param(True, True, id="boolean"),
        pytest.param(["a"], ["a"], id="list of texts"),
        pytest.param(2**63, None, id="a number beyond int64"),
        pytest.param({"a": 1}, None, id="object"),
        pytest.param([1], None, id="list of numbers"),
        pytest.param(None, None, id="null"),
    ],
)
def test_an_attribute_holds_scalars_and_lists_of_texts(value: Json, held: object) -> None:
    assert twins.attribute_value(value) == held


def test_a_field_that_is_no_object_has_no_twins() -> None:
    assert twins.read_twins({"gen_ai.request.model": "model"}, "gpt") == {}
