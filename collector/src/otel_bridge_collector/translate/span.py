"""Spans to rows: ask each convention that claims a span, merge what they read, build the row.

Events of the span become log rows beside it. What other spans of the trace say is not its subject (`nested_calls`).
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, Protocol

from otel_bridge.contract import names
from otel_bridge.contract.row import Row
from otel_bridge_collector.model import RowWrite, Span
from otel_bridge_collector.translate.conventions import (
    agentops,
    anthropic_sdk,
    braintrust,
    gen_ai,
    google_adk,
    haystack,
    langfuse,
    langsmith,
    litellm,
    livekit,
    logfire,
    mlflow,
    openinference,
    openlit,
    openllmetry,
    plain,
    vercel_ai,
)
from otel_bridge_collector.translate.echo import without_echoes
from otel_bridge_collector.translate.log_row import event_rows
from otel_bridge_collector.translate.merge import Merged, merge
from otel_bridge_collector.translate.own import as_told, is_own, without_housekeeping
from otel_bridge_collector.translate.parent import named_parent
from otel_bridge_collector.translate.partial import Partial
from otel_bridge_collector.translate.row import build_row
from otel_bridge_collector.translate.truncation import whole_span


class Convention(Protocol):
    """One way to write what a span means; a module under `conventions`."""

    @property
    def NAME(self) -> str:  # noqa: N802 - a constant of each module
        """What its page in docs/conventions is called."""
        ...

    def claims(self, span: Span) -> bool:
        """Tell whether the span has anything that this convention reads."""
        ...

    def translate(self, span: Span) -> Partial:
        """Read the span. Never raises, and never changes it."""
        ...


CONVENTIONS: Final[Sequence[Convention]] = (
    braintrust,
    vercel_ai,
    openlit,
    litellm,
    gen_ai,
    anthropic_sdk,
    google_adk,
    langfuse,
    langsmith,
    openinference,
    openllmetry,
    haystack,
    mlflow,
    agentops,
    livekit,
    logfire,
    plain,
)
"""Highest precedence first: of two values for one key the first counts (docs/conventions)."""


class SpanReading(NamedTuple):
    """What the conventions that claim a span read out of it, and what is made of that.

    Attributes:
        partials: by the name of the convention, in order of precedence; the last says which attributes were cut.
    """

    partials: Mapping[str, Partial]
    merged: Merged


def read(span: Span) -> SpanReading:
    """Let every convention that claims a span read it, and decide between them."""
    distinct = without_echoes(span)
    whole, note = whole_span(distinct)
    partials = {each.NAME: each.translate(whole) for each in CONVENTIONS if each.claims(whole)}
    partials["truncation"] = note
    preserve = span.attributes.get(names.PRESERVE_ATTRIBUTES) in (True, "true")
    attributes = span.attributes if preserve else distinct.attributes
    left = without_housekeeping(attributes) if is_own(span) and not preserve else attributes
    return SpanReading(partials, merge(list(partials.values()), left, preserve=preserve))


def translate(span: Span) -> Row:
    """Return the row of a span, without object ids."""
    merged = read(span).merged
    row = build_row(span, merged)
    return as_told(row, span, merged) if is_own(span) else row


def span_writes(span: Span) -> list[RowWrite]:
    """Return what a span is to write: its row first, then a log row for each of its events.

    A span that only announces another one writes nothing.
    """
    if logfire.is_pending(span):
        return []
    parent = named_parent(span.attributes)
    return [RowWrite(row=row, parent=parent) for row in (translate(span), *event_rows(span))]
