"""Exporters that export masked copies; the originals, which other processors share, stay as they are.

Every span passes, whoever made it: attributes, events, links, status, and when asked names and resource. What does not pass the function is listed
in docs/masking.md. Without a masking function nothing is copied.
"""

import copy
import logging
from collections.abc import Callable, Sequence
from typing import cast

from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk._logs.export import LogRecordExporter, LogRecordExportResult
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, Status

from otel_bridge import state
from otel_bridge.attributes.decode import parse
from otel_bridge.attributes.encode import Attributes
from otel_bridge.attributes.to_json import dump
from otel_bridge.contract import names
from otel_bridge.masking.rules import MaskRules
from otel_bridge.processor.masking import Masking

logger = logging.getLogger(__name__)

CurrentRules = Callable[[], MaskRules | None]


class MaskedSpan(ReadableSpan):
    """A span that has passed the masking function, whatever that made of it."""


class MaskedStatus(Status):
    """The status of a span that was masked where it ended (`neighbours`), and so is not masked again."""


class MaskedLogRecord(ReadableLogRecord):
    """A log record that has."""


class MaskingSpanExporter(SpanExporter):
    """Export masked copies of spans through `inner`.

    Args:
        inner: what exports the copies.
        rules: gives the masking rules at each export; by default those of `set_masking_function`.

    Attributes:
        masks: that what leaves here is masked.
    """

    masks = True

    def __init__(self, inner: SpanExporter, rules: CurrentRules = state.mask_rules) -> None:
        self._inner, self._rules = inner, rules

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Mask and export."""
        rules = self._rules()
        return self._inner.export(spans if rules is None else [masked_span(span, rules) for span in spans])

    def shutdown(self) -> None:
        """Shut `inner` down."""
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Flush `inner`."""
        return self._inner.force_flush(timeout_millis)


class MaskingLogExporter(LogRecordExporter):
    """The same for log records: feedback, updates, and the records of others."""

    def __init__(self, inner: LogRecordExporter, rules: CurrentRules = state.mask_rules) -> None:
        self._inner, self._rules = inner, rules

    def export(self, batch: Sequence[ReadableLogRecord]) -> LogRecordExportResult:
        """Mask and export."""
        rules = self._rules()
        return self._inner.export(batch if rules is None else [masked_record(one, rules) for one in batch])

    def shutdown(self) -> None:
        """Shut `inner` down."""
        self._inner.shutdown()  # type: ignore[no-untyped-call]  # the SDK leaves it without annotations

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Flush `inner`."""
        return self._inner.force_flush(timeout_millis)


def masked_span(span: ReadableSpan, rules: MaskRules) -> MaskedSpan:
    """Return a masked copy of `span`; one without any content if masking itself fails."""
    if isinstance(span, MaskedSpan):
        return span
    if isinstance(span.status, MaskedStatus):
        return _unchanged(span)
    try:
        return _masked_span(span, Masking(rules, span))
    except Exception as error:  # noqa: BLE001 - fail closed, whatever is wrong with this span
        return _copy_of(
            span,
            name="masked" if rules.span_names else span.name,
            resource=Resource({}) if rules.resource else span.resource,
            scope=None if rules.resource else span.instrumentation_scope,
            attributes=_nothing(error),
            events=(),
            links=(),
            status=Status(span.status.status_code),
        )


def masked_record(record: ReadableLogRecord, rules: MaskRules) -> MaskedLogRecord:
    """Return a masked copy of `record`, with the fields of a fact of ours, or with body and attributes of others."""
    masked = copy.copy(record.log_record)
    resource, scope = record.resource, record.instrumentation_scope
    try:
        masking = Masking(rules, record)
        attributes = masking.attributes(masked.attributes)
        masked.body = masking.body(masked.body)
        masked.event_name = masked.event_name and masking.event_name(masked.event_name)
        if rules.resource:
            resource, scope = _masked_resource(resource, masking), _masked_scope(scope, masking)
        masked.attributes = attributes | _said_as_error(record, attributes, masking) | masking.proof()
    except Exception as error:  # noqa: BLE001 - fail closed, whatever is wrong with this record
        masked.attributes, masked.body = _nothing(error), None
        if rules.resource:
            resource, scope = Resource({}), None
    return MaskedLogRecord(
        log_record=masked, resource=resource, instrumentation_scope=scope, limits=record.limits
    )


def _masked_span(span: ReadableSpan, masking: Masking) -> MaskedSpan:
    attributes = masking.attributes(span.attributes)
    events = [
        Event(
            masking.event_name(event.name),
            masking.attributes(event.attributes, f"events.{event.name}."),
            event.timestamp,
        )
        for event in span.events
    ]
    links = [Link(link.context, masking.attributes(link.attributes, "links.")) for link in span.links]
    description = span.status.description
    status = Status(
        span.status.status_code,
        description and str(masking.value("status", description, "status.description")),
    )
    if masking.removed:
        shown = [*_error(attributes, events, status), *masking.removed]
        attributes[names.ERROR_JSON] = dump("; ".join(shown))
    return _copy_of(
        span,
        name=masking.name(span.name),
        resource=_masked_resource(span.resource, masking),
        scope=_masked_scope(span.instrumentation_scope, masking),
        attributes=attributes | masking.proof(),
        events=events,
        links=links,
        status=status,
    )


def _unchanged(span: ReadableSpan) -> MaskedSpan:
    return _copy_of(
        span,
        name=span.name,
        resource=span.resource,
        scope=span.instrumentation_scope,
        attributes=cast("Attributes", dict(span.attributes or {})),
        events=span.events,
        links=span.links,
        status=span.status,
    )


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


def _said_as_error(record: ReadableLogRecord, attributes: Attributes, masking: Masking) -> Attributes:
    """What an update says of fields that do not leave; a feedback has no error to say it in."""
    if not masking.removed or record.log_record.event_name != names.UPDATE_EVENT:
        return {}
    return {names.ERROR_JSON: dump("; ".join([*_error(attributes, (), Status()), *masking.removed]))}


def _masked_resource(resource: Resource, masking: Masking) -> Resource:
    if not masking.rules.resource:
        return resource
    return Resource(masking.attributes(resource.attributes, "resource."), resource.schema_url)


def _masked_scope(scope: InstrumentationScope | None, masking: Masking) -> InstrumentationScope | None:
    if scope is None or not masking.rules.resource:
        return scope
    attributes = masking.attributes(scope.attributes, "scope.")
    return InstrumentationScope(scope.name, scope.version, scope.schema_url, attributes)


def _copy_of(  # noqa: PLR0913 - what a span has that is masked
    span: ReadableSpan,
    *,
    name: str,
    resource: Resource,
    scope: InstrumentationScope | None,
    attributes: Attributes,
    events: Sequence[Event],
    links: Sequence[Link],
    status: Status,
) -> MaskedSpan:
    return MaskedSpan(
        name=name,
        context=span.context,
        parent=span.parent,
        resource=resource,
        attributes=attributes,
        events=events,
        links=links,
        kind=span.kind,
        status=status,
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=scope,
    )
