"""The recorded model calls of each convention as spans of one size, so that what they cost can be compared.

One rule for all conventions, which knows none of their attributes: the texts of a call are what its row says in `input` and `output` in
words, with a space in them. Wherever such a text stands in the span, as it is or written as JSON once or twice, it is made longer by
saying it again or shorter by cutting it, every text of the span by the same factor, until the span has its size. So JSON stays JSON, what a
convention says twice it still says twice, and everything else is as it was recorded.

Copies of a span differ in their texts, as the calls of an app do: nothing that is remembered by a whole text helps.
"""

import json
import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, cast

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span

from otel_bridge.contract.row import Json
from otel_bridge_collector import translate
from otel_bridge_collector.decode import otlp_json, protobuf
from otel_bridge_collector.translate.messages import is_message_list
from tests.support.conventions import cases

SIZE: Final = 2_500
"""Bytes of a span."""

_NEARLY: Final = 0.02
"""Of the size that a span may have more or less."""

_LEAST_CHARS: Final = 8
"""Of a text; what is shorter may stand anywhere by chance."""

_NO_NAME: Final = re.compile(r"[^\w.:/-]")

_SPANS: Final = 16
"""In a request, all of one recorded call."""

_REQUESTS: Final = 16
"""At least, of a convention: more texts than are remembered anywhere."""


class _Call(NamedTuple):
    """A recorded model call, alone in its request.

    Attributes:
        texts: what it says in words, the longest first.
        factor: by what their lengths are to be multiplied.
    """

    group: ResourceSpans
    scoped: ScopeSpans
    span: Span
    texts: Sequence[str]
    factor: float


class Sized(NamedTuple):
    """The model calls of one convention as spans of one size.

    Attributes:
        calls: recorded calls that they are made of.
        left_out: recorded calls that are larger without any text.
    """

    requests: Sequence[bytes]
    calls: int
    left_out: int


def calls_by_convention(names: Container[str]) -> Mapping[str, Sized]:
    """Return the model calls of those of the conventions that have any which can have the size."""
    calls: dict[str, list[_Call]] = {}
    left_out: Counter[str] = Counter()
    for case in cases():
        if case.convention not in names:
            continue
        for group, scoped, span in _spans_of(otlp_json.parse_traces(case.traces())):
            if not (texts := _texts(_row(group, scoped, span))):
                continue
            if factor := _factor(span, texts):
                calls.setdefault(case.convention, []).append(_Call(group, scoped, span, texts, factor))
            else:
                left_out[case.convention] += 1
    return {name: Sized(_requests(each), len(each), left_out[name]) for name, each in calls.items()}


def _requests(calls: Sequence[_Call]) -> Sequence[bytes]:
    """Return requests of one call after another.

    Raises:
        ValueError: a call says something else than it did, beside longer or shorter texts.
    """
    for call in calls:
        changed = _stretched(call.span, call.texts, call.factor, 0)
        if _shape(_row(call.group, call.scoped, call.span)) != _shape(_row(call.group, call.scoped, changed)):
            raise ValueError(f"of another size it is another call: {call.span.name}")
    turns = -(-_REQUESTS // len(calls))
    return [_request(call, turn) for turn in range(turns) for call in calls]


def _shape(value: Json) -> object:
    """Return what a value is without what it says: keys, lengths of lists, kinds."""
    if isinstance(value, dict):
        return {key: _shape(item) for key, item in value.items()}
    return [_shape(item) for item in value] if isinstance(value, list) else type(value)


def _spans_of(request: ExportTraceServiceRequest) -> Iterator[tuple[ResourceSpans, ScopeSpans, Span]]:
    for group in request.resource_spans:
        for scoped in group.scope_spans:
            for span in scoped.spans:
                yield group, scoped, span


def _alone(group: ResourceSpans, scoped: ScopeSpans, spans: Sequence[Span]) -> bytes:
    scope_spans = ScopeSpans(scope=scoped.scope, spans=spans, schema_url=scoped.schema_url)
    kept = ResourceSpans(resource=group.resource, scope_spans=[scope_spans], schema_url=group.schema_url)
    return ExportTraceServiceRequest(resource_spans=[kept]).SerializeToString()


def _row(group: ResourceSpans, scoped: ScopeSpans, span: Span) -> dict[str, Json]:
    """Return the row of a span; empty where it has none."""
    (decoded,) = protobuf.spans_in(_alone(group, scoped, [span]))
    writes = translate.span_writes(decoded)
    return cast("dict[str, Json]", writes[0].row) if writes else {}


def _texts(row: Mapping[str, Json]) -> Sequence[str]:
    """Return what a model call says in words, the longest text first; nothing for any other span."""
    if not _is_call(row):
        return []
    said = {text for value in (row.get("input"), row.get("output")) for text in _leaves(value)}
    return sorted(filter(_is_in_words, said), key=len, reverse=True)


def _is_call(row: Mapping[str, Json]) -> bool:
    attributes = row.get("span_attributes")
    is_named = isinstance(attributes, dict) and attributes.get("type") == "llm"
    return is_named or (is_message_list(row.get("input")) and is_message_list(row.get("output")))


def _is_in_words(text: str) -> bool:
    return len(text) >= _LEAST_CHARS and _NO_NAME.search(text) is not None and text[0] not in "{["


def _leaves(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)


def _factor(span: Span, texts: Sequence[str]) -> float | None:
    """Return by what the texts are to be multiplied; None where the rest of the span is too large."""
    low, high = 0.0, float(SIZE)
    for _ in range(40):
        middle = (low + high) / 2
        size = _stretched(span, texts, middle, 0).ByteSize()
        if abs(size - SIZE) <= _NEARLY * SIZE:
            return middle
        low, high = (middle, high) if size < SIZE else (low, middle)
    return None


def _request(call: _Call, number: int) -> bytes:
    salts = range(number * _SPANS + 1, (number + 1) * _SPANS + 1)
    return _alone(
        call.group, call.scoped, [_stretched(call.span, call.texts, call.factor, salt) for salt in salts]
    )


def _stretched(span: Span, texts: Sequence[str], factor: float, salt: int) -> Span:
    said: dict[str, str] = {}
    for text in texts:
        longer = _of_length(text, round(len(text) * factor), salt)
        for write in (_as_it_is, _once, _once_escaped, _twice):
            said.setdefault(write(text), write(longer))
    pattern = re.compile("|".join(re.escape(each) for each in sorted(said, key=len, reverse=True)))
    changed = Span()
    changed.CopyFrom(span)
    for attributes in (changed.attributes, *(event.attributes for event in changed.events)):
        for attribute in attributes:
            _replace(attribute, pattern, said)
    return changed


def _of_length(text: str, characters: int, salt: int) -> str:
    head = f"{salt:05d} "
    times = characters // (len(text) + 1) + 1
    return (head + " ".join([text] * times))[: max(characters, len(head))]


def _as_it_is(text: str) -> str:
    return text


def _once(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _once_escaped(text: str) -> str:
    return json.dumps(text)[1:-1]


def _twice(text: str) -> str:
    return _once(_once(text))


def _replace(attribute: KeyValue, pattern: re.Pattern[str], said: Mapping[str, str]) -> None:
    for value in _strings(attribute.value):
        value.string_value = pattern.sub(lambda found: said[found[0]], value.string_value)


def _strings(value: AnyValue) -> Iterator[AnyValue]:
    match value.WhichOneof("value"):
        case "string_value":
            yield value
        case "array_value":
            for item in value.array_value.values:
                yield from _strings(item)
        case "kvlist_value":
            for entry in value.kvlist_value.values:
                yield from _strings(entry.value)
        case _:
            return
