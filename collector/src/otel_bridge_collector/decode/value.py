"""OTLP attribute values to JSON values; the innermost part of decoding.

Source: opentelemetry-proto, `common.proto`, `AnyValue`. Bytes become base64 text, and numbers that JSON cannot
say become the texts "NaN", "Infinity" and "-Infinity", as the protobuf JSON mapping writes them.
"""

import base64
import math
from collections.abc import Callable, Iterable
from functools import lru_cache
from operator import attrgetter
from sys import intern
from typing import Final

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from otel_bridge.contract.row import Json

_MAX_REMEMBERED: Final = 1024
_MAX_REMEMBERED_BYTES: Final = 64
"""Of an attribute with its name: together no more than half a megabyte."""


def json_value(value: AnyValue) -> Json:
    """Return the JSON value; None where the sender gave none."""
    # Most values are texts, and to ask for one is several times cheaper than to ask which kind it is.
    text = value.string_value
    if text:
        return text
    read = _READERS.get(value.WhichOneof("value") or "")
    return read(value) if read else None


def json_object(entries: Iterable[KeyValue]) -> dict[str, Json]:
    """Return keys with their JSON values; of two values for one key the later."""
    return {intern(entry.key): json_value(entry.value) for entry in entries}


def packed_json_object(entries: Iterable[bytes]) -> dict[str, Json]:
    """Return what `json_object` returns for the same entries in bytes; equal short ones may share their value.

    Raises:
        DecodeError: one is no `KeyValue`.
    """
    return dict([
        _remembered(entry) if len(entry) <= _MAX_REMEMBERED_BYTES else _unpacked(entry) for entry in entries
    ])  # fmt: skip


def _unpacked(packed: bytes) -> tuple[str, Json]:
    entry = KeyValue.FromString(packed)
    # One text for each name: its hash is known, and comparing it with itself takes no time.
    return intern(entry.key), json_value(entry.value)


_remembered = lru_cache(maxsize=_MAX_REMEMBERED)(_unpacked)
"""Most attributes are short and come again with the next span; nobody changes what they share."""


def _finite(number: float) -> float | str:
    if math.isfinite(number):
        return number
    if math.isnan(number):
        return "NaN"
    return "Infinity" if number > 0 else "-Infinity"


def _array(value: AnyValue) -> list[Json]:
    return [json_value(item) for item in value.array_value.values]


def _base64(value: AnyValue) -> str:
    return base64.b64encode(value.bytes_value).decode("ascii")


# Absent on purpose: an index into the string table of profiles, which other signals read as no value.
_READERS: Final[dict[str, Callable[[AnyValue], Json]]] = {
    "string_value": attrgetter("string_value"),
    "int_value": attrgetter("int_value"),
    "double_value": lambda value: _finite(value.double_value),
    "bool_value": attrgetter("bool_value"),
    "array_value": _array,
    "kvlist_value": lambda value: json_object(value.kvlist_value.values),
    "bytes_value": _base64,
}
