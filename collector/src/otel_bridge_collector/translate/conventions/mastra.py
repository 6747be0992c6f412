"""Mastra's exporter (`mastra.*`), beside the `gen_ai.*` attributes that it writes.

| attribute | field |
| --- | --- |
| `mastra.<type>.input`, `.output`; before version 1 `input`, `output` | `input`, `output`: JSON text is parsed; of a model and an agent as OpenAI chat messages |
| `gen_ai.system_instructions` of an agent | a system message before those of `input` |
| `mastra.metadata.<key>` | `metadata.<key>` |
| `mastra.tags` | `tags` |
| `mastra.completion_start_time` | `metrics.time_to_first_token`: the time since the span's start |
| `mastra.trace_id`, `.span_id`, `.parent_span_id`, `span.kind` | nothing, where they repeat what the span says |

Types follow from `gen_ai.*`. The rest (`mastra.span.type`, run, times, ...) stays in `metadata` under its own name.

Source: npm `@mastra/otel-exporter` 0.3.3 as recorded, and 1.4.0, `dist/index.js`.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.model import Attributes, Span, SpanKind
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.messages import (
    chat_messages,
    is_message_list,
    text_message,
    with_instructions,
)
from otel_bridge_collector.translate.name_set import name_set
from otel_bridge_collector.translate.partial import Content, Entry, Partial, Rank, Reading

NAME: Final = "mastra"

Object = Mapping[str, Json]

_TYPE: Final = "mastra.span.type"
_METADATA: Final = "mastra.metadata."
_TAGS: Final = "mastra.tags"
_ANSWER_START: Final = "mastra.completion_start_time"
_INSTRUCTIONS: Final = "gen_ai.system_instructions"
_FIELDS: Final = ("input", "output")
_TALKS: Final = ("model_generation", "model_inference", "agent_run")
"""Types of spans whose values are said to or by a model."""
_KIND: Final = "span.kind"
_ANSWER_KEYS: Final = ("text", "toolCalls")

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NS_PER_US: Final = 1_000
_NS_PER_SECOND: Final = 10**9


def claims(span: Span) -> bool:
    """Tell whether Mastra's exporter made the span."""
    return _TYPE in span.attributes


def translate(span: Span) -> Partial:
    """Read the attributes of `span`."""
    readings: Iterator[Reading] = chain(_values(span.attributes), _notes(span.attributes), _first_token(span))
    return Partial(readings=tuple(readings), spent=tuple(_repetitions(span)))


def _values(attributes: Attributes) -> Iterator[Content]:
    kind = str(attributes.get(_TYPE)).lower()
    told = json_text.decoded(attributes.get(_INSTRUCTIONS))
    instructions = told if kind == "agent_run" and isinstance(told, str | list) else None
    for field in _FIELDS:
        attribute = next((name for name in (f"mastra.{kind}.{field}", field) if name in attributes), None)
        if attribute is None:
            continue
        value = json_text.decoded(attributes[attribute])
        if kind not in _TALKS:
            yield Content(field, value, Rank.VALUE, (attribute,))
        elif field == "output":
            yield Content(field, _answer(value), Rank.MESSAGES_JSON, (attribute,))
        else:
            yield _asked(value, attribute, instructions)


def _asked(value: Json, attribute: str, instructions: Json) -> Content:
    listed = value.get("messages") if isinstance(value, dict) else value
    messages = text_message("user", listed) if isinstance(listed, str) else _chat(listed)
    if instructions and is_message_list(messages):
        told = with_instructions(instructions, messages)
        return Content("input", told, Rank.MESSAGES, (attribute, _INSTRUCTIONS))
    return Content(
        "input", messages if is_message_list(messages) else value, Rank.MESSAGES_JSON, (attribute,)
    )


def _chat(listed: Json) -> Json:
    if not isinstance(listed, list):
        return listed
    return chat_messages([_in_parts(item) if isinstance(item, dict) else item for item in listed])


def _in_parts(message: Object) -> Object:
    content = message.get("content")
    others = {key: value for key, value in message.items() if key != "content"}
    return {**others, "parts": [_part(part) for part in content]} if isinstance(content, list) else message


def _part(part: Json) -> Json:
    kind = part.get("type") if isinstance(part, dict) else None
    if not isinstance(part, dict) or kind not in ("tool-call", "tool-result"):
        return part
    if kind == "tool-call":
        return _call(part)
    output = part.get("output", part.get("result"))
    response = output["value"] if isinstance(output, dict) and "value" in output else output
    named = {"id": part.get("toolCallId"), "name": part.get("toolName")}
    return {"type": "tool_call_response", **named, "response": response}


def _call(call: Object) -> Object:
    arguments = call.get("input", call.get("args"))
    return {
        "type": "tool_call",
        "id": call.get("toolCallId"),
        "name": call.get("toolName"),
        "arguments": arguments,
    }


def _answer(value: Json) -> Json:
    """Return what a model or an agent answered as one message of the assistant; what stands beside it stays in the message."""
    if isinstance(value, str):
        return text_message("assistant", value)
    if not isinstance(value, dict) or "text" not in value:
        return _chat(value)
    calls = value.get("toolCalls")
    parts: list[Json] = [{"type": "text", "content": value["text"]}] if value["text"] else []
    parts += [_call(call) for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []
    others = {
        key: told for key, told in value.items() if key not in _ANSWER_KEYS and told not in ([], {}, None)
    }
    return chat_messages([{"role": "assistant", "parts": parts, **others}]) if parts else value


def _notes(attributes: Attributes) -> Iterator[Entry]:
    for key, attribute in name_set(attributes).below(_METADATA):
        yield Entry("metadata", key, json_text.decoded(attributes[attribute]), (attribute,))
    tags = json_text.decoded(attributes.get(_TAGS))
    if isinstance(tags, list) and all(isinstance(tag, str) for tag in tags):
        for tag in tags:
            yield Entry("tags", str(tag), None, (_TAGS,))


def _first_token(span: Span) -> Iterator[Entry]:
    text = span.attributes.get(_ANSWER_START)
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return
    if moment is None or moment.tzinfo is None:
        return
    since_start_ns = (moment - _EPOCH) // timedelta(microseconds=1) * _NS_PER_US - span.start_ns
    if since_start_ns >= 0:
        yield Entry("metrics", "time_to_first_token", since_start_ns / _NS_PER_SECOND, ())


def _repetitions(span: Span) -> Iterator[str]:
    said = {
        "mastra.trace_id": span.trace_id,
        "mastra.span_id": span.span_id,
        "mastra.parent_span_id": span.parent_span_id,
        _KIND: SpanKind(span.kind).name.lower() if span.kind in set(SpanKind) else None,
    }
    return (
        name for name, value in said.items() if name in span.attributes and span.attributes[name] == value
    )
