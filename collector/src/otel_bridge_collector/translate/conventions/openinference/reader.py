"""Read the OpenInference attributes of a span: which type it has, and what its parts say.

The parts stand in `content` (messages and values), `call` (model, parameters, tools, usage), `note` (metadata, tags,
annotations) and `whole` (requests and responses in one value).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from otel_bridge.contract.row import Json, SpanType
from otel_bridge_collector.model import Attributes, Span
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.conventions.openinference import call, note
from otel_bridge_collector.translate.conventions.openinference.content import (
    INPUT,
    OUTPUT,
    PARAMETERS,
    REDACTED,
    Side,
    history_content,
    own_content,
    parameter_content,
    request_content,
    value_content,
    value_of,
)
from otel_bridge_collector.translate.messages import is_message_list
from otel_bridge_collector.translate.partial import Content, Entry, Partial, Rank, Reading
from otel_bridge_collector.translate.scalar import are_told_in, scalars
from otel_bridge_collector.translate.whole import beside, finish_reason, response_id, without_messages

NAME: Final = "openinference"

_KIND: Final = "openinference.span.kind"
_OWN: Final = (
    _KIND, "input.value", "output.value", "llm.input_messages", "llm.output_messages", "llm.prompts", "llm.choices",
    "llm.model_name", "llm.invocation_parameters", "llm.token_count.", "embedding.embeddings", "embedding.model_name",
    "retrieval.documents", "reranker.",
)  # fmt: skip
"""Beginnings of the attributes that only OpenInference has; `session.id` and the like are others' too."""

_TYPE_OF: Final[Mapping[str, SpanType]] = {
    "LLM": "llm",
    "EMBEDDING": "llm",
    "TOOL": "tool",
    "RETRIEVER": "tool",
    "RERANKER": "tool",
    "EVALUATOR": "score",
}
_REPEATING: Final = (INPUT.value, INPUT.mime_type, OUTPUT.value, OUTPUT.mime_type)
"""Besides what is read of them, these repeat what the other attributes say."""

_STREAM_STARTED: Final = "First Token Stream Event"
_NS_PER_SECOND: Final = 10**9


def claims(span: Span) -> bool:
    """Tell whether the span has any attribute of OpenInference."""
    return any(attribute.startswith(_OWN) for attribute in span.attributes)


def translate(span: Span) -> Partial:
    """Read the OpenInference attributes of `span`."""
    attributes = span.attributes
    kind = _kind(attributes)
    named = _TYPE_OF.get(kind, "task") if kind else None
    is_chat = kind == "LLM"
    given, returned = (value_of(attributes, side, is_chat=is_chat) for side in (INPUT, OUTPUT))
    request, response = (given, returned) if is_chat else (None, None)
    asked, told_of_asked = _contents(attributes, INPUT, (given, returned), is_chat=is_chat)
    answered, told_of_answered = _contents(attributes, OUTPUT, (given, returned), is_chat=is_chat)
    contents, told = asked + answered, told_of_asked | told_of_answered
    entries = [
        *call.readings(attributes, told, request=request, response=response),
        *note.readings(attributes),
        *_first_token(span),
    ]
    if named:
        entries.append(Entry("span_attributes", "type", named, (_KIND,)))
    if is_chat:
        entries += (*response_id(response), *finish_reason(response))
    readings: tuple[Reading, ...] = (*contents, *entries)
    wholes = [
        (side, whole) for side, whole in ((INPUT, given), (OUTPUT, returned)) if isinstance(whole, dict)
    ]
    if any(is_message_list(content.value) for content in asked):
        wholes = [(side, without_messages(whole) if side is INPUT else whole) for side, whole in wholes]
    rest = _beside(wholes, told, entries, with_lists=named != "llm") if wholes else ()
    return Partial(
        readings=(*readings, *rest),
        spent=(*_REPEATING, *_without_use(attributes, readings)),
        fallback_type=_fallback_type(contents, entries),
    )


def _kind(attributes: Attributes) -> str:
    kind = attributes.get(_KIND)
    return kind.upper() if isinstance(kind, str) else ""


def _contents(
    attributes: Attributes, side: Side, wholes: tuple[Json, Json], *, is_chat: bool
) -> tuple[list[Content], set[Json]]:
    """Return the contents of one direction, and the scalars in them."""
    given, returned = wholes
    whole = given if side is INPUT else returned
    own, value = own_content(attributes, side), value_content(attributes, side, whole, is_chat=is_chat)
    if own is None or not own.value:
        among = parameter_content(attributes) if side is INPUT and is_chat else None
        found = [content for content in (own, value, among) if content]
        return found, scalars([content.value for content in found])
    said = scalars(own.value)
    if REDACTED in said:
        return [own], said
    others: list[Content] = []
    if side is INPUT and value and not is_chat and (all_of_them := request_content(whole)):
        others.append(all_of_them)
    if value and is_message_list(value.value):
        # What was flattened out of a whole request has nothing to add to it.
        is_copy = value.value == own.value or are_told_in(said, scalars(whole))
        others.append(Content(side.field, value.value, value.rank, own.attributes if is_copy else ()))
    response = returned if is_chat or side is OUTPUT else value_of(attributes, OUTPUT, is_chat=True)
    if side is INPUT and (history := history_content(response, own)):
        others.append(history)
    return [own, *others], said | scalars([
        content.value for content in others if content.value != own.value
    ])  # fmt: skip


def _beside(
    wholes: Iterable[tuple[Side, Json]], told: set[Json], entries: Iterable[Entry], *, with_lists: bool
) -> Iterator[Entry]:
    """Yield what a whole request or response says that no other reading does; a redacted one may say too much."""
    held = told | scalars([entry.value for entry in entries])
    if REDACTED in held:
        return
    for side, whole in wholes:
        for key, value in beside(whole, held, with_lists=with_lists).items():
            yield Entry("metadata", f"{side.value}.{key}", value, ())


def _without_use(attributes: Attributes, readings: Sequence[Reading]) -> Iterator[str]:
    """Yield the attributes whose parameters say nothing, or only what the messages do."""
    for name in PARAMETERS:
        given = json_text.structure(attributes[name]) if name in attributes else None
        if given and isinstance(given.value, dict) and not any(name in each.attributes for each in readings):
            yield name


def _first_token(span: Span) -> Iterator[Entry]:
    times = [event.time_ns for event in span.events if event.name == _STREAM_STARTED]
    if times and 0 < span.start_ns <= times[0]:
        yield Entry("metrics", "time_to_first_token", (times[0] - span.start_ns) / _NS_PER_SECOND, ())


def _fallback_type(contents: Sequence[Content], entries: Sequence[Entry]) -> SpanType | None:
    """Messages are a call where a model or a count is named with them; alone they may be a framework's."""
    has_messages = any(
        content.rank is Rank.INDEXED and is_message_list(content.value) for content in contents
    )
    return (
        "llm" if has_messages and any(entry.key in ("model", "prompt_tokens") for entry in entries) else None
    )
