"""Decoded spans and log records for tests, with everything that a test does not speak of filled in."""

from collections.abc import Mapping, Sequence
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.model import LogRecord, Resource, Scope, Span, SpanEvent, StatusCode

TRACE_ID: Final = "0af7651916cd43dd8448eb211c80319c"
SPAN_ID: Final = "b7ad6b7169203331"
START_NS: Final = 1_772_766_230_701_499_000


def make_span(  # noqa: PLR0913 - one argument for each thing that a test may vary
    attributes: Mapping[str, Json] | None = None,
    *,
    name: str = "work",
    span_id: str = SPAN_ID,
    parent: str | None = None,
    events: Sequence[SpanEvent] = (),
    status_code: int = StatusCode.UNSET,
    status_message: str = "",
    scope: str = "",
    trace_id: str = TRACE_ID,
    from_ms: int = 0,
    to_ms: int = 1,
) -> Span:
    """Return a span; without times of one millisecond. They count from `START_NS`."""
    return Span(
        trace_id=trace_id,
        span_id=span_id,
        parent_span_id=parent,
        name=name,
        kind=1,
        start_ns=START_NS + from_ms * 1_000_000,
        end_ns=START_NS + to_ms * 1_000_000,
        attributes=attributes or {},
        events=tuple(events),
        links=(),
        status_code=status_code,
        status_message=status_message,
        trace_state="",
        dropped_attributes=0,
        dropped_events=0,
        resource=Resource(),
        scope=Scope(name=scope),
    )


def make_event(
    name: str, attributes: Mapping[str, Json] | None = None, *, time_ns: int = START_NS
) -> SpanEvent:
    """Return an event at the start of the span."""
    return SpanEvent(name=name, time_ns=time_ns, attributes=attributes or {})


def make_record(
    event_name: str = "",
    attributes: Mapping[str, Json] | None = None,
    *,
    body: Json = None,
    span_id: str | None = SPAN_ID,
    time_ns: int = START_NS,
    severity_number: int = 0,
) -> LogRecord:
    """Return a log record, of the span unless `span_id` is None."""
    return LogRecord(
        trace_id=TRACE_ID if span_id else None,
        span_id=span_id,
        time_ns=time_ns,
        observed_ns=time_ns + 1,
        severity_number=severity_number,
        severity_text="",
        event_name=event_name,
        body=body,
        attributes=attributes or {},
        resource=Resource(),
        scope=Scope(),
    )
