"""AnyValue to JSON."""

import math

import pytest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList

from otel_bridge.contract.row import Json
from otel_bridge_collector.decode.value import json_object, json_value


def text(value: str) -> AnyValue:
    return AnyValue(string_value=value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(text(""), "", id="empty text"),
        pytest.param(AnyValue(bool_value=False), False, id="false"),
        pytest.param(AnyValue(int_value=-(2**63)), -(2**63), id="smallest integer"),
        pytest.param(AnyValue(double_value=0.5), 0.5, id="double"),
        pytest.param(AnyValue(double_value=math.nan), "NaN", id="not a number"),
        pytest.param(AnyValue(double_value=math.inf), "Infinity", id="infinity"),
        pytest.param(AnyValue(double_value=-math.inf), "-Infinity", id="negative infinity"),
        pytest.param(AnyValue(bytes_value=b"\xff\xfe"), "//4=", id="bytes"),
        pytest.param(AnyValue(), None, id="no value"),
        pytest.param(AnyValue(string_value_strindex=3), None, id="index of another signal"),
        pytest.param(AnyValue(array_value=ArrayValue()), [], id="empty array"),
    ],
)
def test_a_value_becomes_json(value: AnyValue, expected: Json) -> None:
    assert json_value(value) == expected


def test_nested_values_become_lists_and_objects() -> None:
    pair = KeyValueList(values=[KeyValue(key="a", value=AnyValue(int_value=1)), KeyValue(key="b")])

    nested = AnyValue(array_value=ArrayValue(values=[AnyValue(kvlist_value=pair), text("x")]))

    assert json_value(nested) == [{"a": 1, "b": None}, "x"]


def test_of_two_values_for_one_key_the_later_counts() -> None:
    assert json_object([KeyValue(key="k", value=text("1")), KeyValue(key="k", value=text("2"))]) == {"k": "2"}
