"""JSON values as the text that the store keeps."""

import math

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.store.json_text import clean_text, dump_json, load_json


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"b": 1, "a": [1.5, None, True, "é😀"]}, id="nested"),
        pytest.param(2**64 - 1, id="wide"),
        pytest.param(-(2**63), id="negative"),
        pytest.param("a\x00\x1f\u2028", id="control-characters"),
    ],
)
def test_a_value_comes_back(value: Json) -> None:
    assert load_json(dump_json(value)) == value


def test_the_order_of_keys_stays() -> None:
    assert dump_json({"b": 1, "a": 2}) == '{"b":1,"a":2}'


def test_an_integer_beyond_64_bits_keeps_its_digits() -> None:
    assert dump_json({"n": 2**70}) == f'{{"n":{2**70}}}'
    assert load_json(dump_json(2**70)) == float(2**70)


@pytest.mark.parametrize(
    "beside", [pytest.param(1, id="alone"), pytest.param(2**70, id="beside-a-large-integer")]
)
def test_what_json_does_not_have_is_null(beside: int) -> None:
    assert dump_json([math.nan, math.inf, beside]) == f"[null,null,{beside}]"


def test_half_a_character_becomes_a_question_mark() -> None:
    assert dump_json({"a": "x\ud800y"}) == '{"a":"x?y"}'
    assert clean_text("x\ud800y") == "x?y"


def nested(depth: int) -> Json:
    value: Json = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("depth", [pytest.param(254, id="as-orjson-can"), pytest.param(300, id="deeper")])
def test_deep_values_come_back(depth: int) -> None:
    assert load_json(dump_json(nested(depth))) == nested(depth)


def test_what_is_too_deep_is_cut_and_the_rest_stays() -> None:
    found = dump_json({"a": "kept", "b": nested(100_000)})

    assert found == '{"a":"kept","b":' + "[" * 299 + '"<max depth exceeded>"' + "]" * 299 + "}"


def test_an_integer_that_no_reader_can_hold_is_a_text() -> None:
    assert load_json(dump_json(10**400)) == str(10**400)
