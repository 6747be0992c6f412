"""LiveKit Agents (`lk.*`), beside the `gen_ai.*` attributes that it writes.

| attribute | field |
| --- | --- |
| `lk.chat_ctx` | `input`: its messages, calls and results as OpenAI chat messages; what else its items say stays |
| `lk.response.text`, `lk.response.function_calls` beside it | `output`: the message of the assistant |
| `lk.user_input`, `lk.input_text`, `lk.function_tool.arguments` | `input` |
| `lk.response.text` alone, `lk.user_transcript`, `lk.function_tool.output` | `output` |
| `lk.response.ttft` | `metrics.time_to_first_token`, seconds |
| `lk.llm_metrics` | `metrics.prompt_cached_tokens` and the like, where no other attribute says them; it stays too |

Later versions write what a person may have said under `lk.pii.*`. The rest stays in `metadata` under its own name.

Source: livekit-agents 1 as recorded, `livekit/agents/telemetry/trace_types.py`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.model import Attributes, Span
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.messages import chat_messages
from otel_bridge_collector.translate.partial import Content, Entry, Partial, Rank, Reading
from otel_bridge_collector.translate.usage import METRIC_OF, Count, is_measure, token_metrics

NAME: Final = "livekit"

_PREFIX: Final = "lk."
_PRIVATE: Final = "lk.pii."
_CONTEXT: Final = "lk.chat_ctx"
_TEXT: Final = "lk.response.text"
_CALLS: Final = "lk.response.function_calls"
_FIRST_TOKEN: Final = "lk.response.ttft"  # noqa: S105 - no password
_METRICS: Final = "lk.llm_metrics"
_VALUES: Final = (
    ("input", "lk.function_tool.arguments"),
    ("input", "lk.user_input"),
    ("input", "lk.input_text"),
    ("output", "lk.function_tool.output"),
    ("output", "lk.user_transcript"),
)
_CALL: Final = "function_call"
_MESSAGE_KEYS: Final = {
    "message": ("role", "content"),
    _CALL: ("type", "call_id", "name", "arguments"),
    "function_call_output": ("type", "call_id", "name", "output"),
}
"""What is read of an item of a chat context; items of other types tell of settings."""


def claims(span: Span) -> bool:
    """Tell whether the span has any attribute of LiveKit's."""
    return any(attribute.startswith(_PREFIX) for attribute in span.attributes)


def translate(span: Span) -> Partial:
    """Read the `lk.*` attributes of `span`."""
    named = {
        _PREFIX + name.removeprefix(_PRIVATE).removeprefix(_PREFIX): name for name in _own(span.attributes)
    }
    told = {name: span.attributes[attribute] for name, attribute in named.items()}
    readings = (*(_call(told) if _CONTEXT in told else _values(told)), *_measures(told))
    return Partial(readings=tuple(_renamed(reading, named) for reading in readings))


def _own(attributes: Attributes) -> Iterator[str]:
    return (name for name in attributes if name.startswith(_PREFIX))


def _renamed(reading: Reading, named: Mapping[str, str]) -> Reading:
    """Return a reading with the names that the span has."""
    used = tuple(named[name] for name in reading.attributes if name in named)
    if isinstance(reading, Content):
        return replace(reading, attributes=used)
    return replace(reading, attributes=used, key=named.get(reading.key, reading.key))


def _call(told: Attributes) -> Iterator[Reading]:
    context = json_text.decoded(told[_CONTEXT])
    items = context.get("items") if isinstance(context, dict) else None
    if isinstance(items, list):
        messages = [item for each in items if (item := _item(each))]
        yield Content("input", chat_messages(messages), Rank.INDEXED, (_CONTEXT,))
        yield Entry("metadata", _CONTEXT, {"items": list(map(_rest, items))}, (_CONTEXT,))
    calls = json_text.decoded(told.get(_CALLS))
    answer: list[Json] = [{"type": "text", "text": told[_TEXT]}] if told.get(_TEXT) else []
    answer.extend({"type": _CALL, **call} for call in _objects(calls))
    if answer:
        message: Json = {"role": "assistant", "parts": answer}
        yield Content("output", chat_messages([message]), Rank.INDEXED, (_TEXT, _CALLS))


def _item(item: Json) -> Mapping[str, Json] | None:
    """Return an item of a chat context as OpenAI's responses have it; None for one that is no message."""
    if not isinstance(item, dict):
        return None
    said = {key: item[key] for key in _MESSAGE_KEYS.get(str(item.get("type")), ()) if key in item}
    content = said.get("content")
    if isinstance(content, list):
        said["content"] = [part for part in content if isinstance(part, str)] or content
    return said or None


def _rest(item: Json) -> Json:
    """Return what `_item` leaves out: ids, settings, parts of content that are no text."""
    if not isinstance(item, dict):
        return item
    rest = {
        key: value for key, value in item.items() if key not in _MESSAGE_KEYS.get(str(item.get("type")), ())
    }
    content = item.get("content")
    others = [part for part in content if not isinstance(part, str)] if isinstance(content, list) else []
    return {**rest, "content": others} if others else rest


def _objects(listed: Json) -> list[Mapping[str, Json]]:
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _values(told: Attributes) -> Iterator[Content]:
    for field, attribute in (*_VALUES, ("output", _TEXT)):
        if told.get(attribute):
            yield Content(field, json_text.decoded(told[attribute]), Rank.VALUE, (attribute,))


def _measures(told: Attributes) -> Iterator[Entry]:
    if is_measure(first_token := told.get(_FIRST_TOKEN)):
        yield Entry("metrics", "time_to_first_token", first_token, (_FIRST_TOKEN,))
    metrics = json_text.decoded(told.get(_METRICS))
    given: Mapping[str, Json] = metrics if isinstance(metrics, dict) else {}
    names = {**METRIC_OF, "prompt_cached_tokens": "prompt_cached_tokens"}
    yield from token_metrics(Count(names[key], value, ()) for key, value in given.items() if key in names)
