"""Requests of spans that were changed by chance: bytes of texts, values inside of JSON, kinds of values, names, events.

What comes of it is still protobuf; JSON in it stays JSON as often as not. For those who hold two readers of spans to the same.
"""

import json
import random
from typing import Final

from google.protobuf.internal.containers import RepeatedCompositeFieldContainer
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from otel_bridge.contract.row import Json
from otel_bridge_collector.decode import protobuf

_PIECES: Final = (
    b"", b"x", b"[]", b"{}", b"null", b"0", b"-1", b"1.5", b"true", b"\xc3\xa4", b'"', b"\\", b"NaN", b"assistant", b"tool", b"\xe2\x80\xa8",
)  # fmt: skip
_LEAVES: Final[tuple[Json, ...]] = (
    None, True, False, 0, 1, -1, 7, 10**15, 2**53, 2**63 - 1, 0.0, 1.0, 0.5, 1e22, -0.5, "", " ", "0", "12", "1.0", "true", "null", "[]", "{}",
    "[1]", '{"a": 1}', '[{"role": "user", "content": "hi"}]', "text", "Ä", "user", "assistant", "tool", "system", "text\n", [], {}, [None], [""], {"": ""},
)  # fmt: skip
_KEYS: Final = (
    "role", "content", "type", "text", "parts", "tool_calls", "id", "name", "arguments", "function", "tool_call_id", "finish_reason", "message",
    "model", "messages", "usage", "total_tokens", "0", "", "ä",
)  # fmt: skip
_MAX_CHANGES: Final = 4


def changed(payload: bytes, chance: random.Random) -> bytes:
    """Return the request with some of what its spans say changed.

    Raises:
        MalformedBodyError: the payload is no trace request.
    """
    request = protobuf.parse_traces(payload)
    spans = [
        span for group in request.resource_spans for scoped in group.scope_spans for span in scoped.spans
    ]
    for span in spans:
        for _ in range(chance.randint(1, _MAX_CHANGES)):
            _change_span(span, spans, chance)
    return request.SerializeToString()


def _change_span(span: Span, spans: list[Span], chance: random.Random) -> None:
    if span.events and chance.random() < 0.2:
        _change(chance.choice(span.events).attributes, span, chance)
    elif chance.random() < 0.1:
        other = chance.choice(spans)
        if other.attributes:
            span.attributes.add().CopyFrom(chance.choice(other.attributes))
    elif chance.random() < 0.05:
        span.status.code = chance.choice(Status.StatusCode.values())
        span.kind = chance.choice(Span.SpanKind.values())
    else:
        _change(span.attributes, span, chance)


def _change(attributes: RepeatedCompositeFieldContainer[KeyValue], span: Span, chance: random.Random) -> None:
    if not attributes:
        return
    entry = chance.choice(attributes)
    match chance.randrange(8):
        case 0:
            del attributes[chance.randrange(len(attributes))]
        case 1:
            entry.key = chance.choice(attributes).key
        case 2:
            entry.value.CopyFrom(_value(chance.choice(_LEAVES)))
        case 3:
            entry.value.CopyFrom(chance.choice(attributes).value)
        case 4 if span.events:
            chance.choice(span.events).name = chance.choice(
                ("exception", "gen_ai.user.message", "gen_ai.choice", "x")
            )
        case _:
            if entry.value.HasField("string_value"):
                entry.value.string_value = _text(entry.value.string_value, chance)


def _text(text: str, chance: random.Random) -> str:
    try:
        value: Json = json.loads(text)
    except ValueError:
        value = text
    if isinstance(value, dict | list) and value and chance.random() < 0.8:
        for _ in range(chance.randint(1, 3)):
            value = _json(value, chance)
        return json.dumps(
            value, ensure_ascii=chance.random() < 0.5, separators=chance.choice(((",", ":"), (", ", ": ")))
        )
    told = text.encode()
    place = chance.randrange(len(told) + 1)
    end = min(len(told), place + chance.choice((0, 1, 1, 2, 5)))
    return (told[:place] + chance.choice(_PIECES) + told[end:]).decode(errors="ignore")


def _json(value: Json, chance: random.Random) -> Json:
    """Return a value with one place of it changed."""
    if isinstance(value, dict) and value and chance.random() < 0.8:
        return _object(value, chance)
    if isinstance(value, list) and value and chance.random() < 0.8:
        return _list(value, chance)
    if isinstance(value, str) and chance.random() < 0.3:
        return _text(value, chance)
    if chance.random() < 0.2:
        return chance.choice(([value], {chance.choice(_KEYS): value}, json.dumps(value)))
    return chance.choice(_LEAVES)


def _object(value: dict[str, Json], chance: random.Random) -> Json:
    key, other = chance.choice(list(value)), chance.choice(_KEYS)
    rest = {name: item for name, item in value.items() if name != key}
    changes = (rest, {**rest, other: value[key]}, {**value, other: value[key]})
    return {**value, key: _json(value[key], chance)} if chance.random() < 0.7 else chance.choice(changes)


def _list(value: list[Json], chance: random.Random) -> Json:
    place = chance.randrange(len(value))
    before, behind = value[:place], value[place + 1 :]
    changes = ([*before, *behind], [*value, value[place]], value[::-1])
    return (
        [*before, _json(value[place], chance), *behind] if chance.random() < 0.7 else chance.choice(changes)
    )


def _value(value: Json) -> AnyValue:
    """Return a value as an attribute has it."""
    made = AnyValue()
    if isinstance(value, bool):
        made.bool_value = value
    elif isinstance(value, int):
        made.int_value = value
    elif isinstance(value, float):
        made.double_value = value
    elif isinstance(value, str):
        made.string_value = value
    elif isinstance(value, list):
        made.array_value.values.extend(map(_value, value))
    elif isinstance(value, dict):
        made.kvlist_value.values.extend(KeyValue(key=key, value=_value(item)) for key, item in value.items())
    return made
