"""Spans to rows: ask each convention that claims a span, merge what they read, build the row.

Events of the span become log rows beside it. What other spans of the trace say is not its subject (`nested_calls`).
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple, Protocol

from otel_bridge.contract import names
from otel_bridge.contract.row import Row
from otel_bridge_collector.model import Resource, RowWrite, Scope, Span, SpanEvent
from otel_bridge_collector.translate.conventions import (
    agentops,
    anthropic_sdk,
    braintrust,
    claude_code,
    gen_ai,
    genkit,
    google_adk,
    haystack,
    langfuse,
    langsmith,
    litellm,
    livekit,
    logfire,
    mastra,
    mlflow,
    openinference,
    openlit,
    openllmetry,
    plain,
    spring_ai,
    vercel_ai,
)
from otel_bridge_collector.translate.echo import without_echoes
from otel_bridge_collector.translate.log_row import event_rows
from otel_bridge_collector.translate.merge import Merged, merge
from otel_bridge_collector.translate.name_set import NameSet, name_set
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
    claude_code,
    mastra,
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
    genkit,
    spring_ai,
    logfire,
    plain,
)
"""Highest precedence first: of two values for one key the first counts (docs/conventions)."""

_VALUES_CLAIMED_BY: Final[Sequence[str]] = (names.GEN_AI_OPERATION_NAME, openlit.SDK_NAME)
"""The attributes whose value, and not their name alone, may make a convention claim a span."""

SPANS_TOGETHER: Final = 16
"""So many are best translated in one go (`writes_of`)."""

_MAX_CHARS: Final = 1024
_MAX_REMEMBERED: Final = 1024
"""Kinds of spans, each with so many characters beside the names of its attributes."""


class SpanReading(NamedTuple):
    """What the conventions that claim a span read out of it, and what is made of that.

    Attributes:
        partials: by the name of the convention, in order of precedence; the last says which attributes were cut.
    """

    partials: Mapping[str, Partial]
    merged: Merged


def claiming(span: Span) -> Sequence[Convention]:
    """Return the conventions that claim a span, in order of precedence."""
    attributes, scope = span.attributes, span.scope.name
    told = name_set(attributes)
    values = tuple([
        value if isinstance(value := attributes.get(name), str) else "" for name in _VALUES_CLAIMED_BY
    ])  # fmt: skip
    events = tuple(dict.fromkeys([event.name for event in span.events])) if span.events else ()
    if told.is_kept and len(scope) + sum(map(len, values)) + sum(map(len, events)) <= _MAX_CHARS:
        return _claiming(told, scope, events, values)
    return _claiming.__wrapped__(told, scope, events, values)


@lru_cache(maxsize=_MAX_REMEMBERED)
def _claiming(
    told: NameSet, scope: str, events: tuple[str, ...], values: tuple[str, ...]
) -> Sequence[Convention]:
    """Return the conventions that claim a kind of spans: the many spans of one call site have it in common.

    Args:
        told: the names of its attributes.
        scope: the name of its scope.
        events: the names of its events, each once.
        values: those of `_VALUES_CLAIMED_BY`; empty where there is no text.
    """
    telling: dict[str, str] = dict(zip(_VALUES_CLAIMED_BY, values, strict=True))
    bare = Span(
        trace_id="",
        span_id="",
        parent_span_id=None,
        name="",
        kind=0,
        start_ns=0,
        end_ns=0,
        attributes={name: telling.get(name) for name in told.names},
        events=tuple(SpanEvent(name=event, time_ns=0, attributes={}) for event in events),
        links=(),
        status_code=0,
        status_message="",
        trace_state="",
        dropped_attributes=0,
        dropped_events=0,
        resource=Resource(),
        scope=Scope(name=scope),
    )
    return tuple(each for each in CONVENTIONS if each.claims(bare))


def read(span: Span) -> SpanReading:
    """Let every convention that claims a span read it, and decide between them."""
    ((claimed, partials, merged),) = _read_each((span,))
    named = {convention.NAME: partial for convention, partial in zip(claimed, partials, strict=False)}
    return SpanReading({**named, "truncation": partials[-1]}, merged)


def translate(span: Span) -> Row:
    """Return the row of a span, without object ids."""
    (row,) = _rows((span,))
    return row


def span_writes(span: Span) -> list[RowWrite]:
    """Return what a span is to write: its row first, then a log row for each of its events.

    A span that only announces another one writes nothing.
    """
    (writes,) = writes_of((span,))
    return writes


def writes_of(spans: Sequence[Span]) -> list[list[RowWrite]]:
    """Return what each of several spans is to write.

    Each step is taken for all of them before the next one: what it runs and looks up stays in the caches of the processor. That
    takes a tenth to a quarter less time for `SPANS_TOGETHER` than one by one; for many more the spans leave the caches.
    """
    rows = iter(_rows([span for span in spans if not logfire.is_pending(span)]))
    return [[] if logfire.is_pending(span) else _writes(span, next(rows)) for span in spans]


def _writes(span: Span, row: Row) -> list[RowWrite]:
    parent = named_parent(span.attributes)
    if not span.events:
        return [RowWrite(row, parent)]
    return [RowWrite(each, parent) for each in (row, *event_rows(span))]


def _rows(spans: Sequence[Span]) -> list[Row]:
    return [_row(span, merged) for span, (_, _, merged) in zip(spans, _read_each(spans), strict=True)]


def _row(span: Span, merged: Merged) -> Row:
    row = build_row(span, merged)
    return as_told(row, span, merged) if is_own(span) else row


def _read_each(spans: Sequence[Span]) -> list[tuple[Sequence[Convention], list[Partial], Merged]]:
    """Return for each span who claims it, what these read and at last which attributes were cut, and what is made of that."""
    distinct = [without_echoes(span) for span in spans]
    whole = [whole_span(each) for each in distinct]
    claimed = [claiming(each) for each, _ in whole]
    read_by = [
        [*[convention.translate(each) for convention in conventions], note]
        for (each, note), conventions in zip(whole, claimed, strict=True)
    ]
    decided = [_decided(*each) for each in zip(spans, distinct, read_by, strict=True)]
    return list(zip(claimed, read_by, decided, strict=True))


def _decided(span: Span, distinct: Span, partials: Sequence[Partial]) -> Merged:
    preserve = span.attributes.get(names.PRESERVE_ATTRIBUTES) in (True, "true")
    attributes = span.attributes if preserve else distinct.attributes
    left = without_housekeeping(attributes) if is_own(span) and not preserve else attributes
    return merge(partials, left, preserve=preserve)
