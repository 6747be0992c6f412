"""Requests that are almost what real instrumentations send: recorded ones, with a few things changed by chance.

Every change follows from `chance` alone, so that a seed gives the same request again.
"""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from random import Random
from typing import Final, TypeAlias

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from otel_bridge.contract.row import Json

Request: TypeAlias = ExportTraceServiceRequest | ExportLogsServiceRequest

_MAX_CHANGES: Final = 6
_MAX_FLIPS: Final = 8
_DEPTHS: Final = (3, 30, 120, 127, 130, 2000)
_NESTED_VALUES: Final = (2, 20, 40)
_SCALARS: Final[Sequence[Json]] = (
    None, True, False, 0, -1, 2**63, 10**400, 0.5, 1e308, "", "0", "NaN", "null", "{}", "[]", '"', "\ud800", "\x00", "text", "7" * 5000,
)  # fmt: skip
_VALUES: Final = (
    AnyValue(),
    AnyValue(string_value=""),
    AnyValue(string_value="text"),
    AnyValue(int_value=-1),
    AnyValue(double_value=float("nan")),
    AnyValue(double_value=float("-inf")),
    AnyValue(bool_value=True),
    AnyValue(bytes_value=b"\xff\x00"),
    AnyValue(array_value=ArrayValue()),
    AnyValue(kvlist_value=KeyValueList()),
)


def mutated(recorded: Request, donor: Request, chance: Random) -> bytes:
    """Return the bytes of a request like `recorded`, with parts of `donor`; both have attributes."""
    request = type(recorded)()
    request.CopyFrom(recorded)  # type: ignore[arg-type]  # of its own type
    donors = attributes_of(donor)
    for _ in range(chance.randint(1, _MAX_CHANGES)):
        own = attributes_of(request)
        with suppress(DecodeError):  # nested deeper than protobuf reads
            chance.choice(_CHANGES)(chance.choice(own), chance.choice(donors), chance)
    body = request.SerializeToString()
    return body if chance.random() < 0.9 else _with_flipped_bytes(body, chance)


def is_of_logs(request: Request) -> bool:
    """Tell whether a request is one of logs."""
    return isinstance(request, ExportLogsServiceRequest)


def attributes_of(request: Request) -> list[KeyValue]:
    """Return the attributes of all spans, events and log records, and the entries of bodies."""
    if isinstance(request, ExportLogsServiceRequest):
        records = [
            record
            for group in request.resource_logs
            for scope in group.scope_logs
            for record in scope.log_records
        ]
        return [
            entry for record in records for entry in (*record.attributes, *record.body.kvlist_value.values)
        ]
    spans = [span for group in request.resource_spans for scope in group.scope_spans for span in scope.spans]
    owners: list[Span | Span.Event] = [*spans, *(event for span in spans for event in span.events)]
    return [attribute for owner in owners for attribute in owner.attributes]


def _with_flipped_bytes(body: bytes, chance: Random) -> bytes:
    flipped = bytearray(body)
    for _ in range(chance.randint(1, _MAX_FLIPS)):
        flipped[chance.randrange(len(flipped))] = chance.randrange(256)
    return bytes(flipped)


def _take_value(own: KeyValue, donor: KeyValue, chance: Random) -> None:  # noqa: ARG001 - as the others
    own.value.CopyFrom(donor.value)


def _take_name(own: KeyValue, donor: KeyValue, chance: Random) -> None:  # noqa: ARG001 - as the others
    own.key = donor.key


def _continue_name(own: KeyValue, donor: KeyValue, chance: Random) -> None:
    own.key = f"{own.key}.{chance.choice(['0', '1', '99999', '-1', '', donor.key])}"


def _change_type(own: KeyValue, donor: KeyValue, chance: Random) -> None:  # noqa: ARG001 - as the others
    own.value.CopyFrom(chance.choice(_VALUES))


def _nest(own: KeyValue, donor: KeyValue, chance: Random) -> None:
    for _ in range(chance.choice(_NESTED_VALUES)):
        inner = AnyValue()
        inner.CopyFrom(own.value)
        if chance.random() < 0.5:
            own.value.CopyFrom(AnyValue(array_value=ArrayValue(values=[inner])))
        else:
            entry = KeyValue(key=donor.key, value=inner)
            own.value.CopyFrom(AnyValue(kvlist_value=KeyValueList(values=[entry])))


def _cut(own: KeyValue, donor: KeyValue, chance: Random) -> None:  # noqa: ARG001 - as the others
    text = own.value.string_value
    own.value.string_value = text[: chance.randint(0, len(text))]


def _change_json(own: KeyValue, donor: KeyValue, chance: Random) -> None:
    own.value.string_value = json.dumps(
        _changed(_loaded(own.value.string_value), _loaded(donor.value.string_value), chance)
    )


def _loaded(text: str) -> Json:
    try:
        value: Json = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value


def _changed(value: Json, donor: Json, chance: Random) -> Json:
    """Change one place inside `value`."""
    if isinstance(value, dict) and value and chance.random() < 0.8:
        key = chance.choice(list(value))
        changed = {**value, key: _changed(value[key], donor, chance)}
        if chance.random() < 0.2:
            del changed[key]
        return changed
    if isinstance(value, list) and value and chance.random() < 0.8:
        index = chance.randrange(len(value))
        return [*value[:index], _changed(value[index], donor, chance), *value[index + 1 :]]
    return _replacement(value, donor, chance)


def _replacement(value: Json, donor: Json, chance: Random) -> Json:
    match chance.randrange(5):
        case 0:
            return chance.choice(_SCALARS)
        case 1:
            return donor
        case 2:
            return json.dumps(value)
        case 3:
            depth = chance.choice(_DEPTHS)
            return "[" * depth + json.dumps(value) + "]" * depth
        case _:
            return [value, donor]


_CHANGES: Final[Sequence[Callable[[KeyValue, KeyValue, Random], None]]] = (
    _take_value, _take_name, _continue_name, _change_type, _nest, _cut, _change_json, _change_json, _change_json,
)  # fmt: skip
