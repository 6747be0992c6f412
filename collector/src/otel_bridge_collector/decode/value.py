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

_FIRST_FIELD: Final = 1 << 3 | 2
_SECOND_FIELD: Final = 2 << 3 | 2
"""Tags of the key and the value of a `KeyValue`; the first is that of `AnyValue.string_value` as well."""
_INTEGER: Final = 3 << 3
"""The tag of `AnyValue.int_value`."""
_MORE: Final = 128
"""A byte of an integer that has this bit is not its last."""
_SMALL_BYTES: Final = 4


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


@lru_cache(maxsize=_MAX_REMEMBERED)
def _remembered(packed: bytes) -> tuple[str, Json]:
    """Most attributes are short and come again with the next span; nobody changes what they share."""
    return _short(packed) or _unpacked(packed)


def _short(packed: bytes) -> tuple[str, Json] | None:
    """Return name and value of an entry of less than 128 bytes in half of the time; None where it is not written as most are.

    That is: tag and size of the key, the key, tag and size of the value, its own tag, and a text behind its size or an integer.
    """
    try:
        value = 2 + packed[1]
        if (
            packed[0] != _FIRST_FIELD
            or packed[value] != _SECOND_FIELD
            or packed[value + 1] != len(packed) - value - 2
        ):
            return None
        kind, told = packed[value + 2], packed[value + 4 :]
        if kind == _FIRST_FIELD and packed[value + 3] == len(told):
            return intern(packed[2:value].decode()), told.decode()
        if kind == _INTEGER and (number := _small(packed[value + 3 :])) is not None:
            return intern(packed[2:value].decode()), number
    except (IndexError, UnicodeDecodeError):
        return None
    return None


def _small(varint: bytes) -> int | None:
    """Return an integer of at most 28 bits, none of its bytes superfluous; None for others."""
    number = 0
    for place, byte in enumerate(varint[:-1]):
        if byte < _MORE:
            return None
        number |= (byte - _MORE) << 7 * place
    last = varint[-1]
    return number | last << 7 * (len(varint) - 1) if last < _MORE and len(varint) <= _SMALL_BYTES else None


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
