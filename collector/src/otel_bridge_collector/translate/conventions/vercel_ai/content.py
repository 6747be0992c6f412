"""`input` and `output` from `ai.*` attributes: prompts, answers, embeddings, calls of tools."""

from collections.abc import Iterator
from itertools import chain
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.model import Attributes
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.conventions.vercel_ai.part import call_of, part_of
from otel_bridge_collector.translate.messages import (
    chat_messages,
    is_message_list,
    text_message,
    with_instructions,
)
from otel_bridge_collector.translate.partial import Content, Rank

_MESSAGES: Final = "ai.prompt.messages"
_PROMPT: Final = "ai.prompt"
_PROMPT_KEYS: Final = {"system", "instructions", "prompt", "messages"}

_TEXTS: Final = ("ai.response.text", "ai.result.text")
_CALLS: Final = ("ai.response.toolCalls", "ai.result.toolCalls")
_OBJECTS: Final = ("ai.response.object", "ai.result.object")
_REASONING: Final = "ai.response.reasoning"
_FILES: Final = "ai.response.files"

ANSWER: Final = (_REASONING, *_TEXTS, _FILES, *_CALLS)
"""Attributes that make up one message, in the order of its parts; they are used up where they are empty too."""

_VALUES: Final = (
    ("input", "ai.toolCall.args", Rank.TOOL_CALL),
    ("output", "ai.toolCall.result", Rank.TOOL_CALL),
    ("input", "ai.value", Rank.VALUE),
    ("input", "ai.values", Rank.VALUE),
    ("input", "ai.documents", Rank.VALUE),
    ("output", "ai.embedding", Rank.VALUE),
    ("output", "ai.embeddings", Rank.VALUE),
    ("output", "ai.ranking", Rank.VALUE),
)


def readings(attributes: Attributes, *, is_call: bool) -> Iterator[Content]:
    """Yield the contents of a span; `is_call` says that it is one request to a model."""
    return chain(
        _prompts(attributes), _answers(attributes), _objects(attributes, is_call=is_call), _values(attributes)
    )


def _prompts(attributes: Attributes) -> Iterator[Content]:
    messages = json_text.structure(attributes.get(_MESSAGES))
    if messages and messages.value:
        yield Content("input", _chat(messages.value), Rank.MESSAGES_JSON, (_MESSAGES,))
    if prompt := json_text.decoded(attributes.get(_PROMPT)):
        yield Content("input", _prompt(prompt), Rank.MESSAGES_JSON, (_PROMPT,))


def _prompt(prompt: Json) -> Json:
    if not isinstance(prompt, dict):
        return _given(prompt)
    if not prompt.keys() <= _PROMPT_KEYS:
        return prompt
    messages = _given(prompt.get("messages") or prompt.get("prompt"))
    system = prompt.get("system") or prompt.get("instructions")
    if not system:
        return messages
    instructions = _chat([system] if isinstance(system, dict) else system)
    if is_message_list(instructions) and isinstance(messages, list):
        return [*instructions, *messages]
    return with_instructions(instructions, messages)


def _given(prompt: Json) -> Json:
    return text_message("user", prompt) if isinstance(prompt, str) else _chat(prompt)


def _chat(messages: Json) -> Json:
    return chat_messages(
        [_in_parts(message) for message in messages] if isinstance(messages, list) else messages
    )


def _in_parts(message: Json) -> Json:
    if not isinstance(message, dict) or not isinstance(content := message.get("content"), list):
        return message
    others = {key: value for key, value in message.items() if key != "content"}
    return {**others, "parts": [part_of(part) for part in content]}


def _answers(attributes: Attributes) -> Iterator[Content]:
    told = {
        attribute: _told(attribute, attributes[attribute]) for attribute in ANSWER if attribute in attributes
    }
    if parts := [part for listed in told.values() for part in listed]:
        used = tuple(attribute for attribute, listed in told.items() if listed)
        value = chat_messages([{"role": "assistant", "parts": parts}])
        yield Content("output", value, Rank.MESSAGES_JSON, used)


def _told(attribute: str, value: Json) -> list[Json]:
    """Return the parts of an answer that one of its attributes holds."""
    if attribute in _CALLS:
        return [call_of(call) for call in _listed(value)]
    if attribute == _FILES:
        return [part_of(file) for file in _listed(value)]
    kind = "reasoning" if attribute == _REASONING else "text"
    return [{"type": kind, "content": value}] if isinstance(value, str) and value else []


def _objects(attributes: Attributes, *, is_call: bool) -> Iterator[Content]:
    for attribute in _OBJECTS:
        if attribute in attributes:
            given = attributes[attribute]
            value = (
                text_message("assistant", json_text.written(given)) if is_call else json_text.decoded(given)
            )
            yield Content("output", value, Rank.VALUE, (attribute,))


def _values(attributes: Attributes) -> Iterator[Content]:
    for field, attribute, rank in _VALUES:
        if attribute in attributes:
            given = attributes[attribute]
            # A list came as a list of JSON texts, one for each of its values.
            value = (
                [json_text.decoded(each) for each in given]
                if isinstance(given, list)
                else json_text.decoded(given)
            )
            yield Content(field, value, rank, (attribute,))


def _listed(value: Json) -> list[Json]:
    parsed = json_text.structure(value)
    return parsed.value if parsed and isinstance(parsed.value, list) else []
