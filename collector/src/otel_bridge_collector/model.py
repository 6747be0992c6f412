"""Decoded OTLP: spans and log records as frozen values. No bytes, no convention.

Source: opentelemetry-proto 1.x, `trace.proto`, `logs.proto`, `common.proto`. Attribute values are JSON values:
bytes stand as base64 text, an attribute without a value as None.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, NamedTuple

from otel_bridge.contract.row import Json, Row

Attributes = Mapping[str, Json]

FACT_ID: Final = "_fact_id"
"""Member of feedback that comes as a row: names what is said, so that it counts once however often it comes."""


class StatusCode(IntEnum):
    """Outcome of a span, numbered as in `trace.proto`."""

    UNSET = 0
    OK = 1
    ERROR = 2


class SpanKind(IntEnum):
    """Role of a span, numbered as in `trace.proto`."""

    UNSPECIFIED = 0
    INTERNAL = 1
    SERVER = 2
    CLIENT = 3
    PRODUCER = 4
    CONSUMER = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """What produced the telemetry."""

    attributes: Attributes = field(default_factory=dict[str, Json])


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The instrumentation that made a span or record; an empty name when it did not say."""

    name: str = ""
    version: str = ""
    attributes: Attributes = field(default_factory=dict[str, Json])


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanEvent:
    """Something that happened during a span."""

    name: str
    time_ns: int
    attributes: Attributes


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanLink:
    """A pointer to a span of any trace."""

    trace_id: str
    span_id: str
    trace_state: str
    attributes: Attributes


class Span(NamedTuple):
    """One OTLP span; no dataclass, since a frozen one takes three times as long to make.

    Attributes:
        trace_id: 32 lower-case hex digits.
        span_id: 16 lower-case hex digits.
        parent_span_id: 16 lower-case hex digits; None on a root.
        kind: a `SpanKind`, or a number that this version does not know.
        start_ns: Unix nanoseconds; 0 when not given.
        end_ns: Unix nanoseconds; 0 when the span has not ended.
        status_code: a `StatusCode`, or a number that this version does not know.
        dropped_attributes: how many attributes the producer dropped.
        dropped_events: how many events it dropped; some conventions write messages as events.
    """

    trace_id: str
    span_id: str
    parent_span_id: str | None
    name: str
    kind: int
    start_ns: int
    end_ns: int
    attributes: Attributes
    events: tuple[SpanEvent, ...]
    links: tuple[SpanLink, ...]
    status_code: int
    status_message: str
    trace_state: str
    dropped_attributes: int
    dropped_events: int
    resource: Resource
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRecord:
    """One OTLP log record.

    Attributes:
        trace_id: 32 lower-case hex digits, or None when the record belongs to no trace.
        span_id: 16 lower-case hex digits, or None.
        time_ns: Unix nanoseconds of the event; 0 when not given.
        observed_ns: Unix nanoseconds of its observation; 0 when not given.
        severity_number: 1 to 24; 0 when not given.
        event_name: the record's event name, also where it came as the attribute `event.name`; else empty.
    """

    trace_id: str | None
    span_id: str | None
    time_ns: int
    observed_ns: int
    severity_number: int
    severity_text: str
    event_name: str
    body: Json
    attributes: Attributes
    resource: Resource
    scope: Scope


class RowWrite(NamedTuple):
    """One row and how it is to be written; as a `Span` no dataclass, and for the same reason.

    Attributes:
        row: a whole row, which replaces the stored row of its id; with `_is_merge` an update to it. Fresh from
            translation it has no object ids, `_xact_id` or `_pagination_key`; routing adds them.
        parent: the parent string that the span or record itself carries, or None for the request's.
        fact: None for a row that stands for itself. Otherwise `row` is a fact about the row `row["id"]` that
            arrived apart from it (feedback, content of a log event), and this is the fact's own id: writing it
            twice is writing it once, and it makes no difference whether it comes before or after its row.
        fact_ns: when the fact was stated, Unix nanoseconds; of two facts about one field the later wins.
        fills_only: the fact gives only what its row does not say itself; other facts are merged over the row.
    """

    row: Row
    parent: str | None = None
    fact: str | None = None
    fact_ns: int = 0
    fills_only: bool = False
