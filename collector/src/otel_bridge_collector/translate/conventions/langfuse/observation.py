"""Type, content, model and metadata of a Langfuse observation."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Final, TypeGuard

from otel_bridge.contract.row import Json, SpanType
from otel_bridge_collector.model import Attributes, Span
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.conventions.langfuse import usage
from otel_bridge_collector.translate.messages import (
    chat_messages,
    is_message_list,
    text_message,
    with_instructions,
)
from otel_bridge_collector.translate.model_name import model_name
from otel_bridge_collector.translate.name_set import NameSet, name_set
from otel_bridge_collector.translate.partial import Content, Entry, Partial, Rank, Reading
from otel_bridge_collector.translate.tools import tool_definitions

NAME: Final = "langfuse"

_PREFIX: Final = "langfuse."
_TYPE: Final = "langfuse.observation.type"
_INPUT: Final = "langfuse.observation.input"
_OUTPUT: Final = "langfuse.observation.output"
_EXPECTED: Final = "langfuse.experiment.item.expected_output"
_MODEL: Final = "langfuse.observation.model.name"
_PARAMETERS: Final = "langfuse.observation.model.parameters"
_TAGS: Final = "langfuse.trace.tags"
_METADATA: Final = ("langfuse.observation.metadata", "langfuse.trace.metadata")

_DIGITS: Final = 9
"""Of a version; Python reads no number of very many digits."""

_FIRST_THAT_ENCODES: Final = 5
"""The version of the SDK that began to write each value of metadata as JSON text, strings too."""

_PERSONS: Final = (
    ("user.id", "user_id"),
    ("session.id", "session_id"),
    ("langfuse.user.id", "user_id"),
    ("langfuse.session.id", "session_id"),
)
_KEY_OF: Final = {"max_output_tokens": "max_tokens", "stop_sequences": "stop"}
_TOOL_KEYS: Final = ("tools", "functions")

_GENERATION: Final = "generation"
_TYPE_OF: Final[Mapping[str, SpanType]] = {
    _GENERATION: "llm",
    "embedding": "llm",
    "tool": "tool",
    "retriever": "tool",
    "evaluator": "score",
    "span": "task",
    "agent": "task",
    "chain": "task",
    "guardrail": "task",
    "event": "task",
}


def claims(span: Span) -> bool:
    """Tell whether the span has any attribute of Langfuse's."""
    return any(attribute.startswith(_PREFIX) for attribute in span.attributes)


def translate(span: Span) -> Partial:
    """Read the `langfuse.*` attributes of `span`."""
    attributes = span.attributes
    kind = str(attributes.get(_TYPE)).lower()
    readings: Iterator[Reading] = chain(
        _type(kind),
        _model(attributes),
        _parameters(attributes),
        _generation(attributes) if kind == _GENERATION else _values(attributes),
        _expected(attributes),
        usage.readings(span),
        _metadata(attributes, is_encoded=_encodes_each_value(span.scope.version)),
        _persons(attributes),
    )
    return Partial(readings=tuple(readings))


def _type(kind: str) -> Iterator[Entry]:
    if kind in _TYPE_OF:
        yield Entry("span_attributes", "type", _TYPE_OF[kind], (_TYPE,))


def _model(attributes: Attributes) -> Iterator[Entry]:
    model = attributes.get(_MODEL)
    if isinstance(model, str) and model:
        yield Entry("metadata", "model", model_name(model), (_MODEL,))


def _parameters(attributes: Attributes) -> Iterator[Entry]:
    parsed = json_text.structure(attributes.get(_PARAMETERS))
    if parsed and isinstance(parsed.value, Mapping):
        for key, value in parsed.value.items():
            yield Entry("metadata", _KEY_OF.get(key, key), value, (_PARAMETERS,))


def _values(attributes: Attributes) -> Iterator[Content]:
    for field, attribute in (("input", _INPUT), ("output", _OUTPUT)):
        if attribute in attributes:
            yield Content(field, json_text.decoded(attributes[attribute]), Rank.VALUE, (attribute,))


def _generation(attributes: Attributes) -> Iterator[Reading]:
    if _INPUT in attributes:
        yield from _request(json_text.decoded(attributes[_INPUT]))
    if _OUTPUT in attributes:
        output = json_text.decoded(attributes[_OUTPUT])
        said = (
            text_message("assistant", output) if isinstance(output, str) and output else chat_messages(output)
        )
        yield Content("output", said, Rank.VALUE, (_OUTPUT,))


def _offered(told: Json) -> list[Json] | None:
    """Return the tools that Langfuse's callback for LangChain lists among the messages, each in one of role `tool`."""
    listed = told if isinstance(told, list) else []
    return tool_definitions([item["content"] for item in listed if _is_definition(item)])


def _is_definition(item: Json) -> TypeGuard[Mapping[str, Json]]:
    if not isinstance(item, dict) or item.get("role") != "tool" or "tool_call_id" in item:
        return False
    content = item.get("content")
    return isinstance(content, dict) and not {"function", "input_schema", "parameters"}.isdisjoint(content)


def _request(told: Json) -> Iterator[Reading]:
    """Messages stand alone, or beside the tools and the like that were sent with them."""
    if tools := _offered(told):
        yield Entry("metadata", "tools", tools, (_INPUT,))
        told = [item for item in told if not _is_definition(item)] if isinstance(told, list) else told
    place = next((key for key in ("messages", "input") if _is_prompt(told, key)), None)
    if place is None or not isinstance(told, dict):
        yield Content("input", _messages(told), Rank.VALUE, (_INPUT,))
        return
    messages = _messages(told[place])
    if isinstance(instructions := told.get("instructions"), str):
        messages = with_instructions(instructions, messages)
    yield Content("input", messages, Rank.VALUE, (_INPUT,))
    for key, value in told.items():
        if key in _TOOL_KEYS:
            yield Entry("metadata", "tools", tool_definitions(value) or value, (_INPUT,))
        elif key not in (place, "instructions"):
            yield Entry("metadata", key, value, (_INPUT,))


def _is_prompt(told: Json, key: str) -> bool:
    if not isinstance(told, dict):
        return False
    return is_message_list(told.get(key)) or (key == "input" and isinstance(told.get(key), str))


def _messages(told: Json) -> Json:
    return text_message("user", told) if isinstance(told, str) and told else chat_messages(told)


def _expected(attributes: Attributes) -> Iterator[Content]:
    if _EXPECTED in attributes:
        yield Content("expected", json_text.decoded(attributes[_EXPECTED]), Rank.VALUE, (_EXPECTED,))


def _metadata(attributes: Attributes, *, is_encoded: bool) -> Iterator[Entry]:
    for attribute, key in name_set(attributes).plan(_keyed):
        value = attributes[attribute]
        parsed = json_text.parse(value) if is_encoded else None
        said = parsed.value if parsed else json_text.decoded(value)
        if key:
            yield Entry("metadata", key[1:], said, (attribute,))
        elif isinstance(said, dict):
            for inner, each in said.items():
                yield Entry("metadata", inner, each, (attribute,))


def _keyed(told: NameSet) -> Sequence[tuple[str, str]]:
    """Return the attributes of metadata, each with the dot and the key that its name ends in, or nothing for a whole object."""
    return [
        (attribute, attribute[len(prefix) :])
        for attribute in told.names
        for prefix in _METADATA
        if attribute == prefix or attribute.startswith(f"{prefix}.")
    ]


def _encodes_each_value(version: str) -> bool:
    major = version.split(".", maxsplit=1)[0]
    return major.isascii() and major.isdigit() and len(major) <= _DIGITS and int(major) >= _FIRST_THAT_ENCODES


def _persons(attributes: Attributes) -> Iterator[Entry]:
    for attribute, key in _PERSONS:
        if attribute in attributes:
            yield Entry("metadata", key, attributes[attribute], (attribute,))
    tags = attributes.get(_TAGS)
    if isinstance(tags, list) and all(isinstance(tag, str) for tag in tags):
        for tag in tags:
            yield Entry("tags", str(tag), None, (_TAGS,))
