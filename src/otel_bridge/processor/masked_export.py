"""Exporters that export masked copies; the originals, which other processors share, stay as they are.

Every span passes, whoever made it: attributes, events, links, status. What does not pass the function is listed
in docs/masking.md. Without a masking function nothing is copied.
"""

import copy
import dataclasses
import logging
from collections.abc import Callable, Sequence

from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk._logs.export import LogRecordExporter, LogRecordExportResult
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import Link, Status

from otel_bridge import state
from otel_bridge.attributes.decode import parse
from otel_bridge.attributes.encode import Attributes
from otel_bridge.attributes.to_json import dump
from otel_bridge.contract import names
from otel_bridge.processor.masking import Masking
from otel_bridge.state import MaskingFunction

logger = logging.getLogger(__name__)

CurrentFunction = Callable[[], MaskingFunction | None]


class MaskingSpanExporter(SpanExporter):
    """Export masked copies of spans through `inner`.

    Args:
        inner: what exports the copies.
        function: gives the masking function at each export; by default that of `set_masking_function`.
    """

    def __init__(self, inner: SpanExporter, function: CurrentFunction = state.masking_function) -> None:
        self._inner, self._function = inner, function

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Mask and export."""
        function = self._function()
        return self._inner.export(
            spans if function is None else [masked_span(span, function) for span in spans]
        )

    def shutdown(self) -> None:
        """Shut `inner` down."""
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Flush `inner`."""
        return self._inner.force_flush(timeout_millis)


class MaskingLogExporter(LogRecordExporter):
    """The same for log records: feedback and updates."""

    def __init__(self, inner: LogRecordExporter, function: CurrentFunction = state.masking_function) -> None:
        self._inner, self._function = inner, function

    def export(self, batch: Sequence[ReadableLogRecord]) -> LogRecordExportResult:
        """Mask and export."""
        function = self._function()
        return self._inner.export(
            batch if function is None else [masked_record(one, function) for one in batch]
        )

    def shutdown(self) -> None:
        """Shut `inner` down."""
        self._inner.shutdown()  # type: ignore[no-untyped-call]  # the SDK leaves it without annotations

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Flush `inner`."""
        return self._inner.force_flush(timeout_millis)


def masked_span(span: ReadableSpan, function: MaskingFunction) -> ReadableSpan:
    """Return a masked copy of `span`; one without any content if masking itself fails."""
    try:
        return _masked_span(span, Masking(function))
    except Exception as error:  # noqa: BLE001 - fail closed, whatever is wrong with this span
        return _copy_of(
            span, attributes=_nothing(error), events=(), links=(), status=Status(span.status.status_code)
        )


def masked_record(record: ReadableLogRecord, function: MaskingFunction) -> ReadableLogRecord:
    """Return a masked copy of `record`, an event of ours, which has attributes and no body."""
    masking = Masking(function)
    masked = copy.copy(record.log_record)
    try:
        masked.attributes = masking.attributes(masked.attributes) | masking.proof()
    except Exception as error:  # noqa: BLE001 - fail closed, whatever is wrong with this record
        masked.attributes = _nothing(error)
    return dataclasses.replace(record, log_record=masked)


def _masked_span(span: ReadableSpan, masking: Masking) -> ReadableSpan:
    attributes = masking.attributes(span.attributes)
    events = [
        Event(event.name, masking.attributes(event.attributes), event.timestamp) for event in span.events
    ]
    links = [Link(link.context, masking.attributes(link.attributes)) for link in span.links]
    description = span.status.description
    status = Status(span.status.status_code, description and str(masking.value("status", description)))
    if masking.removed:
        shown = [*_error(attributes, events, status), *masking.removed]
        attributes[names.ERROR_JSON] = dump("; ".join(shown))
    return _copy_of(span, attributes=attributes | masking.proof(), events=events, links=links, status=status)


def _error(attributes: Attributes, events: Sequence[Event], status: Status) -> list[str]:
    """The masked error of a span so far, if it has one."""
    if (parsed := parse(attributes.get(names.ERROR_JSON))) is not None:
        return [parsed[0] if isinstance(parsed[0], str) else dump(parsed[0])]
    for event in reversed(events):
        if event.name == names.EXCEPTION_EVENT and event.attributes:
            traces = event.attributes.get(names.EXCEPTION_STACKTRACE)
            return [str(traces or event.attributes.get(names.EXCEPTION_MESSAGE, ""))]
    return [status.description] if status.description else []


def _nothing(error: Exception) -> Attributes:
    logger.error("masking failed (%s), the attributes are dropped", type(error).__name__)
    return {names.MASKING_ERROR: type(error).__name__}


def _copy_of(
    span: ReadableSpan,
    *,
    attributes: Attributes,
    events: Sequence[Event],
    links: Sequence[Link],
    status: Status,
) -> ReadableSpan:
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=attributes,
        events=events,
        links=links,
        kind=span.kind,
        status=status,
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
