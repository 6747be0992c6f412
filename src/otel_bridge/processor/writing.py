"""Encode the rows of our own spans on the thread that exports, where nobody else has seen the spans before.

`api.recording` leaves the row of an ending span in `state.ending`; the span processor notes it down with the ended span,
and the exporter here gives a copy of that span the attributes. What is sent is the same, to the byte, as if the row
had been encoded before the span ended. Where others see the span, or a limit may cut it, `may_wait` says no.
"""

import logging
from collections.abc import Callable, Sequence

from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanLimits, SynchronousMultiSpanProcessor
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from otel_bridge import state
from otel_bridge.attributes.decode import attributes_of
from otel_bridge.processor.light import FURTHER_ATTRIBUTES, LightSpan, is_light
from otel_bridge.processor.neighbours import limits_of, processors_of
from otel_bridge.processor.size import SPAN_BYTES, span_bytes

logger = logging.getLogger(__name__)


class WritingSpanExporter(SpanExporter):
    """Export spans through `inner`, those whose row is not encoded yet as copies that say it.

    Args:
        inner: what exports them.
        release: told of the bytes, by `held_bytes`, of those that do not wait any more.
    """

    def __init__(self, inner: SpanExporter, release: Callable[[int], None] = lambda _: None) -> None:
        self._inner, self._release = inner, release

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Encode and export."""
        size_bytes = sum(map(held_bytes, spans))
        try:
            return self._inner.export([_written(span) for span in spans])
        finally:
            self._release(size_bytes)

    def shutdown(self) -> None:
        """Shut `inner` down."""
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Flush `inner`."""
        return self._inner.force_flush(timeout_millis)


def may_wait(span: trace.Span, fields: int) -> bool:
    """Tell whether the row of `span`, which is about to end, may be encoded after that.

    Only where every processor of its provider says that it does without the attributes (`waits_for_rows`), and where
    no limit of the provider cuts anything: it would have to be the same afterwards.

    Args:
        span: one that records.
        fields: how many the row has.
    """
    if not isinstance(span, Span) or ((rules := state.process.masking) and rules.all_processors):
        return False
    processors = processors_of(span, SynchronousMultiSpanProcessor)
    if not processors or not all(getattr(one, "waits_for_rows", False) for one in processors):
        return False
    return _fits(span, fields, limits_of(span))


def _fits(span: Span, fields: int, limits: SpanLimits | None) -> bool:
    if limits is None or limits.max_span_attribute_length is not None:
        return False
    if span.dropped_attributes or span.dropped_events or span.dropped_links:
        return False  # a copy would not say it
    most = limits.max_span_attributes
    return most is None or len(attributes_of(span)) + fields + FURTHER_ATTRIBUTES <= most


def note_down(span: ReadableSpan) -> None:
    """Keep the row of `span`, which is ending in this thread, as long as the span waits."""
    unwritten = state.ending.get()
    if unwritten is not None and unwritten.span_context is span.context:
        state.process.unwritten[span] = unwritten


def held_bytes(span: ReadableSpan) -> int:
    """Estimate the memory that an ended span takes while it waits; the same each time it is asked."""
    if is_light(span) and span.late_row is not None:
        return SPAN_BYTES + span.row_bytes
    unwritten = state.process.unwritten.get(span)
    return SPAN_BYTES + (span_bytes(span) if unwritten is None else unwritten.row_bytes)


def _written(span: ReadableSpan) -> ReadableSpan:
    if is_light(span):
        return _light_written(span)
    unwritten = state.process.unwritten.get(span)
    if unwritten is None:
        return span
    try:
        attributes = unwritten.write()
    except Exception as error:  # noqa: BLE001 - as where a row is encoded before the end of its span
        logger.warning("a span is sent without what was logged to it: %s", type(error).__name__)
        return span
    # What the span had already and gets anew moves to the end, as it does when it is set.
    held = {name: value for name, value in (span.attributes or {}).items() if name not in attributes}
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes={**held, **attributes},
        events=span.events,
        links=span.links,
        kind=span.kind,
        status=span.status,
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _light_written(span: LightSpan) -> ReadableSpan:
    try:
        return span.written()
    except Exception as error:  # noqa: BLE001 - as above
        logger.warning("a span is sent without what was logged to it: %s", type(error).__name__)
        return span
