"""Where and when a span ran: all that is asked of it, beside its row, to see what several spans tell together."""

from typing import NamedTuple

from otel_bridge_collector.model import Span
from otel_bridge_collector.translate.parent import named_parent


class SpanPlace(NamedTuple):
    """Where and when a span ran.

    Attributes:
        scope: the name of its instrumentation; empty when it did not say.
        parent: the parent string that the span itself carries; None where it carries none.
    """

    trace_id: str
    span_id: str
    parent_span_id: str | None
    start_ns: int
    end_ns: int
    scope: str
    parent: str | None


def place_of(span: Span) -> SpanPlace:
    """Return the place of a span."""
    return SpanPlace(
        span.trace_id,
        span.span_id,
        span.parent_span_id,
        span.start_ns,
        span.end_ns,
        span.scope.name,
        named_parent(span.attributes),
    )
