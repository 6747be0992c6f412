"""`input` and `output` from `gen_ai.*` attributes: messages, calls of tools, retrievals."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final, NamedTuple

from otel_bridge.contract import names
from otel_bridge.contract.row import Json, SpanType
from otel_bridge_collector.model import Attributes
from otel_bridge_collector.translate import json_text, printed_item
from otel_bridge_collector.translate.conventions.gen_ai.indexed_message import indexed_messages
from otel_bridge_collector.translate.indexed import list_below
from otel_bridge_collector.translate.messages import (
    chat_messages,
    is_message_list,
    text_message,
    with_instructions,
)
from otel_bridge_collector.translate.name_set import NameSet, Read, Reader, name_set, useful
from otel_bridge_collector.translate.partial import Content, Rank

_KNOWN: Final = frozenset({"role", "content"})
_KNOWN_WITH_REASON: Final = _KNOWN | {"finish_reason"}
_CHOICE: Final = frozenset({"message", "index"})
_CONTENTS: Final = frozenset({"parts", "content", "tool_calls"})
_INSTRUCTIONS: Final = "gen_ai.system_instructions"


class _Side(NamedTuple):
    """Where the messages of one direction stand, the best place first."""

    field: str
    role: str
    messages: str
    messages_json: str
    text: str


_INPUT: Final = _Side("input", "user", names.GEN_AI_INPUT_MESSAGES, "gen_ai.prompt_json", "gen_ai.prompt")
_OUTPUT: Final = _Side(
    "output", "assistant", names.GEN_AI_OUTPUT_MESSAGES, "gen_ai.completion_json", "gen_ai.completion"
)

_CALLS: Final = (
    ("input", names.GEN_AI_TOOL_CALL_ARGUMENTS),
    ("output", names.GEN_AI_TOOL_CALL_RESULT),
    ("input", "gen_ai.tool.input"),
    ("output", "gen_ai.tool.output"),
)
_RETRIEVALS: Final = (("input", "gen_ai.retrieval.query.text"), ("output", "gen_ai.retrieval.documents"))


def readings(attributes: Attributes, *, named: SpanType | None) -> list[Content]:
    """Return the contents of a span of a type, or of one that names none."""
    found: list[Content] = []
    for read in name_set(attributes).plan(_PLANS.get(named, _of_others)):
        found += read(attributes)
    return found


def _of_tool(told: NameSet) -> Sequence[Read[Content]]:
    return _useful(told, Rank.TOOL_CALL)


def _of_model(told: NameSet) -> Sequence[Read[Content]]:
    return _useful(told, None)


def _of_others(told: NameSet) -> Sequence[Read[Content]]:
    return _useful(told, Rank.VALUE)


_PLANS: Final[Mapping[SpanType | None, Callable[[NameSet], Sequence[Read[Content]]]]] = {
    "tool": _of_tool,
    "llm": _of_model,
}
"""A call of a tool on the span of a model is what the model answered, never what it was asked."""


def _useful(told: NameSet, call_rank: Rank | None) -> Sequence[Read[Content]]:
    asked = useful(_readers(_INPUT), told)
    if _INSTRUCTIONS in told.names:
        asked = [partial(_instructed, reads=asked)]
    calls, retrievals = (frozenset(attribute for _, attribute in each) for each in (_CALLS, _RETRIEVALS))
    others = (
        *_readers(_OUTPUT),
        *([Reader(partial(_values, places=_CALLS, rank=call_rank), calls)] if call_rank else []),
        Reader(partial(_values, places=_RETRIEVALS, rank=Rank.VALUE), retrievals),
    )
    return [*asked, *useful(others, told)]


def _readers(side: _Side) -> tuple[Reader[Content], ...]:
    listed = ((side.messages, Rank.MESSAGES), (side.messages_json, Rank.MESSAGES_JSON))
    return (
        *(
            Reader(partial(_messages, side=side, attribute=attribute, rank=rank), frozenset({attribute}))
            for attribute, rank in listed
        ),
        Reader(partial(_indexed, side=side), prefixes=(f"{side.text}.",)),
        Reader(partial(_text, side=side), frozenset({side.text})),
    )


def _messages(attributes: Attributes, *, side: _Side, attribute: str, rank: Rank) -> list[Content]:
    parsed = json_text.structure(attributes[attribute])
    if parsed is None:
        return []
    text = attributes[attribute]
    may_be_printed = isinstance(text, str) and printed_item.MARK in text
    value = _unprinted(parsed.value) if may_be_printed else parsed.value
    messages = chat_messages(value)
    if messages is value:  # It is no list of messages, or not one as it should be.
        mended = _mended(side.role, messages)
        messages = chat_messages(mended) if is_message_list(mended) else messages
    return [Content(side.field, _without_empty(messages, attributes), rank, (attribute,))]


def _unprinted(messages: Json) -> Json:
    """Return messages with the items of a response that were printed into the texts of their parts."""
    if not isinstance(messages, list):
        return messages
    return [
        {**message, "parts": printed_item.unprinted(message["parts"])}
        if isinstance(message, dict) and "parts" in message
        else message
        for message in messages
    ]


def _mended(role: str, value: Json) -> Json:
    """Return messages that were written as JSON once more, all or each of them, that are choices, or that name no role."""
    listed = json_text.decoded(value)
    if not isinstance(listed, list):
        return value
    return [_message(role, json_text.decoded(item)) for item in listed]


def _message(role: str, item: Json) -> Json:
    if not isinstance(item, dict):
        return item
    if isinstance(message := item.get("message"), dict):
        item = {**message, **{key: item[key] for key in item if key not in _CHOICE}}
    is_bare = item.get("role") is None and "type" not in item and not _CONTENTS.isdisjoint(item)
    return {**item, "role": role} if is_bare else item


def _indexed(attributes: Attributes, *, side: _Side) -> list[Content]:
    listed, used = list_below(attributes, f"{side.text}.")
    if not used:
        return []
    return [Content(side.field, chat_messages(indexed_messages(side.role, listed)), Rank.INDEXED, used)]


def _text(attributes: Attributes, *, side: _Side) -> list[Content]:
    return [Content(side.field, text_content(side.role, attributes[side.text]), Rank.TEXT, (side.text,))]


def _without_empty(messages: Json, attributes: Attributes) -> Json:
    """Leave out messages that say nothing: an instrumentation may drop the calls of tools and leave an empty text.

    Our app side writes messages as they were given, so that an empty one of its own is meant.
    """
    if not is_message_list(messages) or names.SPAN_ATTRIBUTES in attributes:
        return messages
    known = _KNOWN_WITH_REASON if names.GEN_AI_RESPONSE_FINISH_REASONS in attributes else _KNOWN
    return [message for message in messages if message.get("content") or message.keys() - known]


def text_content(role: str, value: Json) -> Json:
    """Return a prompt or an answer as messages: a text is one, and JSON text holds some."""
    decoded = json_text.decoded(value)
    return text_message(role, decoded) if isinstance(decoded, str) and decoded else chat_messages(decoded)


def _instructed(attributes: Attributes, *, reads: Sequence[Read[Content]]) -> Iterator[Content]:
    contents = [content for read in reads for content in read(attributes)]
    instructions = json_text.decoded(attributes.get(_INSTRUCTIONS))
    if not instructions or not isinstance(instructions, str | list):
        yield from contents
        return
    for content in contents or [Content("input", None, Rank.MESSAGES, ())]:
        told = with_instructions(instructions, content.value)
        used = (_INSTRUCTIONS,) if isinstance(told, list) else ()
        yield Content(content.field, told, content.rank, (*content.attributes, *used))


def _values(attributes: Attributes, places: tuple[tuple[str, str], ...], rank: Rank) -> Iterator[Content]:
    for field, attribute in places:
        if attribute in attributes:
            yield Content(field, json_text.decoded(attributes[attribute]), rank, (attribute,))
