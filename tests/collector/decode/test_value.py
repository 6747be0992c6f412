"""AnyValue to JSON."""

import math

import pytest
from google.protobuf.message import DecodeError
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList

from otel_bridge.contract.row import Json
from otel_bridge_collector.decode.value import json_object, json_value, packed_json_object


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


@pytest.mark.parametrize(
    "value",
    [
        *[
            pytest.param(AnyValue(int_value=number), id=f"{number}")
            for number in (0, 1, 127, 128, 2**14 - 1, 2**14, 2**21, -1)
        ],
        *[
            pytest.param(text("x" * size), id=f"{size} characters")
            for size in (0, 1, 50, 64, 126, 127, 128, 300)
        ],
        pytest.param(text("naïve 日本"), id="beyond ASCII"),
        pytest.param(AnyValue(bool_value=True), id="true"),
        pytest.param(AnyValue(double_value=0.5), id="double"),
        pytest.param(AnyValue(), id="no value"),
        pytest.param(AnyValue(array_value=ArrayValue(values=[text("a")])), id="list"),
    ],
)
def test_packed_entries_have_the_values_of_others(value: AnyValue) -> None:
    entries = [KeyValue(key="k", value=value), KeyValue(key="", value=value), KeyValue(key="only a key")]
    packed = [entry.SerializeToString() for entry in entries]

    for _ in range(2):  # The second time it is remembered.
        assert packed_json_object(packed) == json_object(entries)


@pytest.mark.parametrize(
    "packed",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x12\x03\x0a\x01v\x0a\x01k", id="value before key"),
        pytest.param(b"\x0a\x01k\x12\x03\x0a\x01v\x18\x01", id="a field behind"),
        pytest.param(b"\x0a\x01k\x12\x06\x0a\x01v\x0a\x01w", id="two texts"),
        pytest.param(b"\x0a\x01k\x12\x03\x0a\x01v\x12\x03\x0a\x01w", id="two values"),
        pytest.param(b"\x0a\x01k\x12\x04\x18\x81\x80\x00", id="an integer in more bytes than it needs"),
        pytest.param(b"\x0a\x01k\x12\x05\x18\x01\x0a\x01v", id="an integer and a text"),
    ],
)
def test_packed_entries_that_few_write_are_read_as_protobuf_reads_them(packed: bytes) -> None:
    assert packed_json_object([packed]) == json_object([KeyValue.FromString(packed)])


@pytest.mark.parametrize(
    "packed",
    [
        pytest.param(b"\x0a\x05k", id="cut in the key"),
        pytest.param(b"\x0a\x01k\x12\x09\x0a\x01v", id="cut in the value"),
        pytest.param(b"\x0a\x01k\x12\x03\x0a\x01\xff", id="no text"),
        pytest.param(b"\x0a\x01k\x12\x02\x18\x80", id="cut in an integer"),
    ],
)
def test_packed_bytes_that_are_no_entry_are_refused(packed: bytes) -> None:
    with pytest.raises(DecodeError):
        packed_json_object([packed])
