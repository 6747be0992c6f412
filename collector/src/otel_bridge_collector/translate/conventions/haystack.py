"""Haystack's own tracing of pipelines and components (`haystack.*`).

| attribute | field |
| --- | --- |
| `haystack.component.input`, `.output`; `haystack.pipeline.input_data`, `.output_data` | `input`, `output` |
| the same of a component whose class ends in `Generator` and whose output has `replies` | a call of a model: `input` and `output` as chat messages; what else they say is `metadata.<attribute>.<key>` |
| `replies[0].meta` in its output, or `meta[0]` beside plain replies | `metadata.model`, `.finish_reason`, `metrics`; the rest is `metadata."haystack.component.output.meta"` |

Every span stays a `task`, since none says what kind it is; where an instrumentation of the model's client tells the same call,
that one is the call and counts. Names, types and specifications of components stay in `metadata` under their own names. Contents are there only where
`HAYSTACK_CONTENT_TRACING_ENABLED` is true.

Source: haystack-ai 3.4.0, `core/pipeline/base.py`, `core/component`, `dataclasses/chat_message.py`, as recorded.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.model import Attributes, Span
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.haystack_message import in_parts
from otel_bridge_collector.translate.messages import chat_messages, text_message
from otel_bridge_collector.translate.partial import Content, Entry, Partial, Rank, Reading
from otel_bridge_collector.translate.tools import tool_definitions
from otel_bridge_collector.translate.usage import counts_in, token_metrics

NAME: Final = "haystack"

_PREFIX: Final = "haystack."
_TYPE: Final = "haystack.component.type"
_INPUT: Final = "haystack.component.input"
_OUTPUT: Final = "haystack.component.output"
_VALUES: Final = (
    ("input", _INPUT), ("output", _OUTPUT),
    ("input", "haystack.pipeline.input_data"), ("output", "haystack.pipeline.output_data"),
)  # fmt: skip
_META_READ: Final = frozenset({"model", "finish_reason", "usage", "index"})

_Object = Mapping[str, Json]


def claims(span: Span) -> bool:
    """Tell whether the span has any attribute of Haystack's."""
    return any(attribute.startswith(_PREFIX) for attribute in span.attributes)


def translate(span: Span) -> Partial:
    """Read the `haystack.*` attributes of `span`."""
    attributes = span.attributes
    given, replied = _object(attributes.get(_INPUT)), _object(attributes.get(_OUTPUT))
    kind = str(attributes.get(_TYPE))
    replies = replied.get("replies")
    if kind.endswith("Generator") and isinstance(replies, list) and replies:
        return Partial(readings=(*_asked(given), *_answered(replied, replies)))
    return Partial(readings=tuple(_values(attributes)))


def _values(attributes: Attributes) -> Iterator[Content]:
    for field, attribute in _VALUES:
        if parsed := json_text.structure(attributes.get(attribute)):
            yield Content(field, parsed.value, Rank.VALUE, (attribute,))


def _asked(given: _Object) -> Iterator[Reading]:
    messages = given.get("messages", given.get("prompt"))
    if isinstance(messages, list):
        yield Content("input", _chat(messages), Rank.MESSAGES_JSON, (_INPUT,))
    elif isinstance(messages, str):
        yield Content("input", text_message("user", messages), Rank.MESSAGES_JSON, (_INPUT,))
    for key, value in given.items():
        if key in ("messages", "prompt") or value is None:
            continue
        if key == "tools" and (tools := tool_definitions(value)):
            yield Entry("metadata", "tools", tools, (_INPUT,))
        else:
            yield Entry("metadata", f"{_INPUT}.{key}", value, (_INPUT,))


def _answered(replied: _Object, replies: Sequence[Json]) -> Iterator[Reading]:
    messages = [_said(reply) for reply in replies]
    yield Content("output", _chat(messages), Rank.MESSAGES_JSON, (_OUTPUT,))
    meta = _meta(replied, replies)
    for key in ("model", "finish_reason"):
        if value := meta.get(key):
            yield Entry("metadata", key, value, (_OUTPUT,))
    yield from token_metrics(counts_in(meta.get("usage"), _OUTPUT))
    rest = {key: value for key, value in meta.items() if key not in _META_READ and value is not None}
    if rest:
        yield Entry("metadata", f"{_OUTPUT}.meta", rest, (_OUTPUT,))
    for key, value in replied.items():
        if key not in ("replies", "meta") and value is not None:
            yield Entry("metadata", f"{_OUTPUT}.{key}", value, (_OUTPUT,))


def _said(reply: Json) -> Json:
    """Return a reply as a message with its reason to stop; older generators reply with texts."""
    if isinstance(reply, dict):
        reason = _object(reply.get("meta")).get("finish_reason")
        return {**reply, "finish_reason": reason} if reason else reply
    return {"role": "assistant", "content": reply}


def _meta(replied: _Object, replies: Sequence[Json]) -> _Object:
    first = replies[0]
    if isinstance(first, dict):
        return _object(first.get("meta"))
    beside = replied.get("meta")
    return _object(beside[0]) if isinstance(beside, list) and beside else {}


def _chat(messages: Sequence[Json]) -> Json:
    return chat_messages([in_parts(message) for message in messages])


def _object(value: Json) -> _Object:
    parsed = value if isinstance(value, dict) else None
    if parsed is None and (read := json_text.structure(value)):
        parsed = read.value if isinstance(read.value, dict) else None
    return parsed or {}
