"""Rows of type `log`: a log record, or an event of a span, as a row of its own.

A log row is a point in time: it starts when it ends and has no children. It carries the id of the span during which it
was made, as Braintrust's own log rows do, and is no part of the tree.

Source: Braintrust documentation, "Application logs", and rows of the `braintrust` 0.47.0 SDK (spec/translation.md
section 5).
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

import orjson

from otel_bridge.contract import names
from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.model import Attributes, LogRecord, Span, SpanEvent
from otel_bridge_collector.translate.error import exception_text
from otel_bridge_collector.translate.row import created, seconds

EVENT_NAME: Final = "event.name"

_LEVELS: Final[Sequence[str]] = ("trace", "debug", "info", "warn", "error", "fatal")
_SEVERITIES_PER_LEVEL: Final = 4
_MAX_SEVERITY: Final = len(_LEVELS) * _SEVERITIES_PER_LEVEL
_LEVEL_OF_TEXT: Final = {"warning": "warn", "critical": "fatal", "notice": "info"} | {
    name: name for name in _LEVELS
}


def event_rows(span: Span) -> list[Row]:
    """Return a row for each event of `span`, in their order.

    Not for an exception of our own app side: it is there for those who know OpenTelemetry only, and the row of the
    span says the same as its error.
    """
    return [
        _event_row(span, index, event)
        for index, event in enumerate(span.events)
        if not (span.scope.name == names.SCOPE and event.name == names.EXCEPTION_EVENT)
    ]


def record_row(record: LogRecord) -> Row:
    """Return the row of a log record; one that came before has the same id."""
    identity = record_id(record)
    attributes: dict[str, Json] = {"type": "log", "log_level": _level(record)}
    row: Row = {
        "id": identity,
        "span_id": record.span_id or identity[:16],
        "root_span_id": record.trace_id or identity,
        "span_parents": None,
        **_moment(record_ns(record)),
        "span_attributes": attributes,
        "output": record.body,
    }
    metadata = dict(record.attributes)
    if record.event_name:
        row["span_attributes"] = {"name": record.event_name, **attributes}
        metadata[EVENT_NAME] = record.event_name
    return {**row, "metadata": metadata} if metadata else row


def record_ns(record: LogRecord) -> int:
    """Return when it happened, or else when it was seen."""
    return record.time_ns or record.observed_ns


def record_id(record: LogRecord) -> str:
    """Return 32 hex digits that depend on all that the record says, so that one sent twice is one."""
    said: list[Json] = [
        record.trace_id,
        record.span_id,
        record_ns(record),
        record.severity_number,
        record.event_name,
        record.body,
        record.attributes,
        record.scope.name,
        record.resource.attributes,
    ]
    return blake2b(orjson.dumps(said, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()


def log_level(severity_number: int) -> str | None:
    """Return Braintrust's level for a severity from 1 to 24; None for any other number."""
    if not 0 < severity_number <= _MAX_SEVERITY:
        return None
    return _LEVELS[(severity_number - 1) // _SEVERITIES_PER_LEVEL]


def _event_row(span: Span, index: int, event: SpanEvent) -> Row:
    is_exception = event.name == names.EXCEPTION_EVENT
    return {
        "id": f"{span.span_id}-e{index}",
        "span_id": span.span_id,
        "root_span_id": span.trace_id,
        "span_parents": None,
        **_moment(event.time_ns),
        "span_attributes": {
            "name": event.name,
            "type": "log",
            "log_level": "error" if is_exception else "info",
        },
        "output": _exception_message(event.attributes) if is_exception else event.name,
        "metadata": {**event.attributes, EVENT_NAME: event.name},
    }


def _exception_message(attributes: Attributes) -> Json:
    return attributes.get(names.EXCEPTION_MESSAGE) or exception_text(attributes) or names.EXCEPTION_EVENT


def _moment(time_ns: int) -> Row:
    row: Row = {"created": created(time_ns)}
    return {**row, "metrics": {"start": seconds(time_ns), "end": seconds(time_ns)}} if time_ns else row


def _level(record: LogRecord) -> str:
    return log_level(record.severity_number) or _LEVEL_OF_TEXT.get(record.severity_text.lower(), "info")
