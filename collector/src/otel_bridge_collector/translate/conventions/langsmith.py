"""LangSmith's SDK with its OpenTelemetry export (`langsmith.*`), beside the `gen_ai.*` attributes that it writes.

| attribute | field |
| --- | --- |
| `langsmith.span.kind` | `span_attributes.type` where `gen_ai.operation.name` names none: llm, embedding: llm; tool, retriever: tool; chain, prompt, parser: task |
| `langsmith.metadata.<key>` | `metadata.<key>`: JSON text is parsed |
| `langsmith.metadata.usage_metadata`, `gen_ai.usage.input_token_details`, `.output_token_details` | `metrics.prompt_cached_tokens` and so on, and stay too |
| `langsmith.span.tags` | `tags`; where it joins them with commas it stays too, as a tag may have a comma |
| `gen_ai.prompt`, `gen_ai.completion` with a request (`messages`) or a response (`choices`) of OpenAI's, on a call of a model | `input`, `output` as chat messages; `metadata.tools`; what else they say is `metadata.<attribute>.<key>` |
| the same with LangChain's serialized `messages`, `generations` | the same, of the first prompt; the id of the answer as `gen_ai.response.id` |
| `langsmith.request.streaming` | `metadata.stream`; it stays too |

The rest (trace name, session name, runtime, ...) stays in `metadata` under its own name. Other inputs and outputs are
what `gen_ai.prompt` and `gen_ai.completion` say, in the shape that the program has given them.

Source: langsmith 0.15.0, `_internal/otel/_otel_exporter.py`, `wrappers/_openai.py`; langchain-core 1.7.2, `UsageMetadata`.
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Final

from otel_bridge.contract.row import Json, SpanType
from otel_bridge_collector.model import Attributes, Span
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.messages import chat_messages, is_message_list
from otel_bridge_collector.translate.partial import Content, Entry, Partial, Rank, Reading
from otel_bridge_collector.translate.scalar import scalars
from otel_bridge_collector.translate.tools import tool_definitions
from otel_bridge_collector.translate.usage import Count, token_metrics
from otel_bridge_collector.translate.whole import beside, messages_in, response_id

NAME: Final = "langsmith"

_PREFIX: Final = "langsmith."
_KIND: Final = "langsmith.span.kind"
_TAGS: Final = "langsmith.span.tags"
_METADATA: Final = "langsmith.metadata."
_STREAMING: Final = "langsmith.request.streaming"
_USAGE: Final = "langsmith.metadata.usage_metadata"
_WHOLE: Final = (("input", "gen_ai.prompt", "messages"), ("output", "gen_ai.completion", "choices"))
"""What `wrap_openai` records: the arguments of the call, and the completion that came or was put together."""
_LANGCHAIN: Final = ("messages", "generations")
_TOLD_BESIDE: Final = frozenset({"id", "model", "stream", "usage", "usage_metadata"})
"""Keys of a request or response that attributes of their own repeat."""
_CHOICE: Final = frozenset({"message", "index"})

_TYPE_OF: Final[Mapping[str, SpanType]] = {
    "llm": "llm",
    "embedding": "llm",
    "tool": "tool",
    "retriever": "tool",
    "chain": "task",
    "prompt": "task",
    "parser": "task",
}
_DETAILS: Final = (
    ("gen_ai.usage.input_token_details", "input_token_details"),
    ("gen_ai.usage.output_token_details", "output_token_details"),
)
_METRIC_OF: Final[Mapping[tuple[str, str], str]] = {
    ("input_token_details", "cache_read"): "prompt_cached_tokens",
    ("input_token_details", "cache_creation"): "prompt_cache_creation_tokens",
    ("input_token_details", "audio"): "prompt_audio_tokens",
    ("output_token_details", "reasoning"): "completion_reasoning_tokens",
    ("output_token_details", "audio"): "completion_audio_tokens",
}
"""LangChain counts these within `input_tokens` and `output_tokens`."""


def claims(span: Span) -> bool:
    """Tell whether the span has any attribute of LangSmith's."""
    return any(attribute.startswith(_PREFIX) for attribute in span.attributes)


def translate(span: Span) -> Partial:
    """Read the `langsmith.*` attributes of `span`."""
    attributes = span.attributes
    readings: Iterator[Reading] = chain(
        _type(attributes),
        _call(attributes),
        token_metrics(_counts(attributes)),
        _metadata(attributes),
        _tags(attributes),
    )
    return Partial(readings=tuple(readings))


def _type(attributes: Attributes) -> Iterator[Entry]:
    kind = str(attributes.get(_KIND)).lower()
    if kind in _TYPE_OF:
        yield Entry("span_attributes", "type", _TYPE_OF[kind], (_KIND,))


def _call(attributes: Attributes) -> Iterator[Reading]:
    if attributes.get(_KIND) != "llm":
        return
    for field, attribute, key in _WHOLE:
        whole = _object(attributes.get(attribute))
        listed = whole.get(key)
        messages = [_message(item) for item in listed] if isinstance(listed, list) else []
        if is_message_list(messages):
            yield Content(field, chat_messages(messages), Rank.VALUE, (attribute,))
            yield from _beside(attribute, whole, key)
        elif _is_langchain_s(whole) and (told := messages_in(whole)):
            yield Content(field, told, Rank.VALUE, (attribute,))
            yield from response_id(whole)
            for name, rest in beside(whole, scalars(told), with_lists=True).items():
                yield Entry("metadata", f"{attribute}.{name}", rest, ())


def _is_langchain_s(whole: Mapping[str, Json]) -> bool:
    """Tell whether it is what a chat model of LangChain was given or gave: a list of messages for each prompt."""
    listed = next((whole[key] for key in _LANGCHAIN if key in whole), None)
    return isinstance(listed, list) and bool(listed) and isinstance(listed[0], list)


def _message(item: Json) -> Json:
    """Return a message, or that of a choice with what the choice says; the SDK's classes fill up keys with null."""
    if not isinstance(item, dict):
        return item
    message = item.get("message")
    choice = {key: value for key, value in item.items() if key not in _CHOICE}
    told = {**message, **choice} if isinstance(message, dict) else item
    return {key: value for key, value in told.items() if value is not None or key == "content"}


def _beside(attribute: str, whole: Mapping[str, Json], key: str) -> Iterator[Entry]:
    for name, value in whole.items():
        if name == key or name in _TOLD_BESIDE or value is None:
            continue
        if name == "tools" and (tools := tool_definitions(value)):
            yield Entry("metadata", "tools", tools, ())
        else:
            yield Entry("metadata", f"{attribute}.{name}", value, ())


def _counts(attributes: Attributes) -> Iterator[Count]:
    usage = _object(attributes.get(_USAGE))
    for attribute, name in _DETAILS:
        details = {**_object(usage.get(name)), **_object(attributes.get(attribute))}
        for part, value in details.items():
            if metric := _METRIC_OF.get((name, part)):
                yield Count(metric, value, ())


def _metadata(attributes: Attributes) -> Iterator[Entry]:
    if isinstance(value := attributes.get(_STREAMING), bool):
        yield Entry("metadata", "stream", value, ())
    for attribute, value in attributes.items():
        if attribute.startswith(_METADATA):
            key = attribute.removeprefix(_METADATA)
            yield Entry("metadata", key, json_text.decoded(value), (attribute,))


def _tags(attributes: Attributes) -> Iterator[Entry]:
    tags = attributes.get(_TAGS)
    if isinstance(tags, str):
        yield from (Entry("tags", tag.strip(), None, ()) for tag in tags.split(",") if tag.strip())
    elif isinstance(tags, list) and all(isinstance(tag, str) for tag in tags):
        yield from (Entry("tags", str(tag), None, (_TAGS,)) for tag in tags)


def _object(value: Json) -> Mapping[str, Json]:
    parsed = json_text.structure(value)
    return parsed.value if parsed and isinstance(parsed.value, dict) else {}
