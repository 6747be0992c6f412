"""Read the attributes of a span that Logfire or Pydantic AI made; wrapped calls and agents stand beside."""

from collections.abc import Iterator, Sequence
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.model import Attributes, Span
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.conventions.logfire import agent, openai_agents, wrapper
from otel_bridge_collector.translate.conventions.logfire.event_list import (
    EVENT_NAME,
    messages_in,
    not_understood,
)
from otel_bridge_collector.translate.log_row import log_level
from otel_bridge_collector.translate.partial import Content, Entry, Partial, Rank, Reading

NAME: Final = "logfire"

_PREFIXES: Final = ("logfire.", "pydantic_ai.")
_SCOPES: Final = ("logfire", "pydantic-ai")
_SPAN_TYPE: Final = "logfire.span_type"
_LEVEL: Final = "logfire.level_num"
_MESSAGE: Final = "logfire.msg"
_TAGS: Final = "logfire.tags"
_SCHEMA: Final = "logfire.json_schema"
_EVENTS: Final = "events"
_EVENT_BODY: Final = "event_body"


def claims(span: Span) -> bool:
    """Tell whether Logfire or Pydantic AI made the span, or Logfire added to it."""
    named = any(attribute.startswith(_PREFIXES) for attribute in span.attributes)
    return named or span.scope.name.startswith(_SCOPES)


def is_pending(span: Span) -> bool:
    """Tell whether the span only announces another one that has begun."""
    return span.attributes.get(_SPAN_TYPE) == "pending_span"


def translate(span: Span) -> Partial:
    """Read the attributes of `span`."""
    attributes = span.attributes
    is_agents_sdk = openai_agents.is_made_by(span)
    # There `request_data` is input and output once more, in one list.
    made = openai_agents.readings(attributes) if is_agents_sdk else wrapper.readings(span)
    readings: list[Reading] = [
        *_events(span),
        *made,
        *agent.readings(attributes),
        *_type(attributes),
        *_tags(attributes),
    ]
    return Partial(
        readings=(*readings, *_structured(attributes, readings)),
        spent=(wrapper.REQUEST,) if is_agents_sdk else (),
    )


def _events(span: Span) -> Iterator[Reading]:
    for field, messages in messages_in(_event_bodies(span)).items():
        yield Content(field, messages, Rank.EVENTS, ())
    listed = span.attributes.get(_EVENTS)
    for field, messages in messages_in(listed).items():
        yield Content(field, messages, Rank.EVENTS, (_EVENTS,))
    if rest := not_understood(listed):
        yield Entry("metadata", _EVENTS, rest, (_EVENTS,))


def _event_bodies(span: Span) -> list[Json]:
    """Return message events of the span itself, which the wrapper of Google's SDK writes with one attribute each."""
    bodies = [(event.name, json_text.decoded(event.attributes.get(_EVENT_BODY))) for event in span.events]
    return [{**body, EVENT_NAME: name} for name, body in bodies if isinstance(body, dict)]


def _type(attributes: Attributes) -> Iterator[Reading]:
    if wrapper.is_call(attributes):
        yield Entry("span_attributes", "type", "llm", ())
    elif attributes.get(_SPAN_TYPE) == "log":
        yield Entry("span_attributes", "type", "log", (_SPAN_TYPE,))
        yield from _logged(attributes)


def _logged(attributes: Attributes) -> Iterator[Reading]:
    level = attributes.get(_LEVEL)
    if isinstance(level, int) and (name := log_level(level)):
        yield Entry("span_attributes", "log_level", name, ())
    if message := attributes.get(_MESSAGE):
        yield Content("output", message, Rank.TEXT, (_MESSAGE,))


def _tags(attributes: Attributes) -> Iterator[Entry]:
    tags = attributes.get(_TAGS)
    if isinstance(tags, list) and all(isinstance(tag, str) for tag in tags):
        for tag in tags:
            yield Entry("tags", str(tag), None, (_TAGS,))


def _structured(attributes: Attributes, readings: Sequence[Reading]) -> Iterator[Entry]:
    """Yield the application's own attributes that the schema says are JSON; a dot is in names of conventions only."""
    schema = json_text.structure(attributes.get(_SCHEMA))
    properties = schema.value.get("properties") if schema and isinstance(schema.value, dict) else None
    read = {attribute for reading in readings for attribute in reading.attributes}
    for name, described in properties.items() if isinstance(properties, dict) else ():
        is_own = name in attributes and name not in read and "." not in name
        if is_own and isinstance(described, dict) and described.get("type") in ("object", "array"):
            yield Entry("metadata", name, json_text.decoded(attributes[name]), (name,))
