"""What one convention reads out of a span: values, each with the attributes that it was read from.

Shapes only; `merge` decides between the readings of several conventions. Readings are made many times a span: no named tuples and
not frozen at run time, since both take longer to make and to look into; that nobody changes one is checked with the types.
"""

from dataclasses import dataclass
from enum import IntEnum, auto
from typing import Final, Literal, TypeAlias

from otel_bridge.contract.row import Json, SpanType

ObjectField: TypeAlias = Literal["metadata", "metrics", "scores", "span_attributes", "context", "tags"]
"""Fields that several readings fill key by key; a tag is a key without a value."""


class Rank(IntEnum):
    """How much a source of content is worth; the lowest wins (spec/translation.md section 4.7)."""

    EXPLICIT = auto()
    """Somebody named the row's field itself (`braintrust.*`)."""
    EVENTS = auto()
    """Messages in span events."""
    TOOL_CALL = auto()
    """Arguments and result of a tool, on the tool's own span."""
    MESSAGES = auto()
    """Messages in the shape of the GenAI conventions."""
    MESSAGES_JSON = auto()
    """Messages as JSON text under an attribute that says so."""
    INDEXED = auto()
    """Messages in one attribute for each of their parts."""
    VALUE = auto()
    """Something given or returned, of a call that is not the span's own subject."""
    TEXT = auto()
    """One text of a prompt or an answer."""


@dataclass(slots=True)
class Content:
    """A value for a whole field of the row; an empty value says nothing, unless the field itself was named."""

    field: Final[str]
    value: Final[Json]
    rank: Final[Rank]
    attributes: Final[tuple[str, ...]]


@dataclass(slots=True)
class Entry:
    """A value for one key of an object field."""

    field: Final[ObjectField]
    key: Final[str]
    value: Final[Json]
    attributes: Final[tuple[str, ...]]


Reading: TypeAlias = Content | Entry


@dataclass(slots=True)
class Partial:
    """The readings of one convention, its better ones first.

    Attributes:
        readings: what it read. An attribute that stands in none of them is a leftover.
        spent: attributes that were of use without being part of a value; they are used up even where another
            convention's reading of them loses.
        fallback_type: the type of the span if no convention's marker names one.
    """

    readings: Final[tuple[Reading, ...]] = ()
    spent: Final[tuple[str, ...]] = ()
    fallback_type: Final[SpanType | None] = None
