"""Reject what no row can be made of: spans and log records with broken ids, one by one.

It runs before a request is kept and looks at ids and at named parents only. Source: OTLP specification 1.x, "Partial Success", and the
id fields of `trace.proto` and `logs.proto`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, Generic, TypeAlias, TypeVar

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ScopeLogs
from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans, Span

from otel_bridge.contract.names import PARENT
from otel_bridge_collector.decode.facts import ResourceFacts, SpanFacts, facts_of

_TRACE_ID_BYTES: Final = 16
_SPAN_ID_BYTES: Final = 8
_NO_TRACE_ID: Final = bytes(_TRACE_ID_BYTES)
_NO_SPAN_ID: Final = bytes(_SPAN_ID_BYTES)

NOT_HEX: Final = b"\0"
"""Stands for an id that was no hex in JSON; no id has this length, so the span that has it is rejected."""

UNREADABLE: Final = b"\0\0"
"""Stands for the trace id of a span or log record that JSON holds and protobuf cannot; what is wrong with it stands in the name
of the span, or in the severity text of the record."""

Request = TypeVar("Request", ExportTraceServiceRequest, ExportLogsServiceRequest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked(Generic[Request]):
    """A request without its broken parts.

    Attributes:
        request: the very request that was checked when nothing is rejected, else a copy without the broken parts.
        accepted: how many spans or records it holds.
        rejected: how many were left out.
        reason: the first fault; empty when nothing is rejected.
        facts: of the spans that it holds; empty for log records.
    """

    request: Request
    accepted: int
    rejected: int
    reason: str
    facts: Sequence[ResourceFacts] = ()


ParentFault: TypeAlias = Callable[[str], str]
"""Says why a request may not write under the parent that a span or log record names; empty when it may."""


def check_traces(
    request: ExportTraceServiceRequest, parent_fault: ParentFault | None = None
) -> Checked[ExportTraceServiceRequest]:
    """Leave out each span whose trace, span or parent id is broken, or whose parent `parent_fault` refuses."""
    facts = facts_of(request)
    spans = list(chain.from_iterable(each.spans for each in facts))
    if parent_fault is None and _are_sound(spans):
        return Checked(request=request, accepted=len(spans), rejected=0, reason="", facts=facts)
    faults = [_span_fault(span, parent_fault) for group in _scope_spans(request) for span in group.spans]
    if any(faults):
        copy = ExportTraceServiceRequest()
        copy.CopyFrom(request)
        for group in _scope_spans(copy):
            sound = [span for span in group.spans if not _span_fault(span, parent_fault)]
            del group.spans[:]
            group.spans.extend(sound)
        request, facts = copy, facts_of(copy)
    return _checked(request, faults, facts)


def check_logs(
    request: ExportLogsServiceRequest, parent_fault: ParentFault | None = None
) -> Checked[ExportLogsServiceRequest]:
    """Leave out each log record that has a broken id, or whose parent is refused; having neither is fine."""
    faults = [
        _record_fault(record, parent_fault) for group in _scope_logs(request) for record in group.log_records
    ]
    if any(faults):
        copy = ExportLogsServiceRequest()
        copy.CopyFrom(request)
        for group in _scope_logs(copy):
            sound = [record for record in group.log_records if not _record_fault(record, parent_fault)]
            del group.log_records[:]
            group.log_records.extend(sound)
        request = copy
    return _checked(request, faults)


def _scope_spans(request: ExportTraceServiceRequest) -> list[ScopeSpans]:
    return [group for resource_spans in request.resource_spans for group in resource_spans.scope_spans]


def _scope_logs(request: ExportLogsServiceRequest) -> list[ScopeLogs]:
    return [group for resource_logs in request.resource_logs for group in resource_logs.scope_logs]


def _are_sound(spans: Sequence[SpanFacts]) -> bool:
    """Tell whether all spans have sound ids, as `_span_fault` judges each, but many times as fast."""
    if not spans:
        return True
    trace_ids, span_ids, parent_ids, _, _ = zip(*spans, strict=True)
    return (
        set(map(len, trace_ids)) == {_TRACE_ID_BYTES}
        and set(map(len, span_ids)) == {_SPAN_ID_BYTES}
        and {0, _SPAN_ID_BYTES}.issuperset(map(len, parent_ids))
        and _NO_TRACE_ID not in trace_ids
        and _NO_SPAN_ID not in span_ids
    )


def _checked(
    request: Request, faults: Sequence[str], facts: Sequence[ResourceFacts] = ()
) -> Checked[Request]:
    reasons = [fault for fault in faults if fault]
    return Checked(
        request=request,
        accepted=len(faults) - len(reasons),
        rejected=len(reasons),
        reason=reasons[0] if reasons else "",
        facts=facts,
    )


def _span_fault(span: Span, parent_fault: ParentFault | None) -> str:
    if span.trace_id == UNREADABLE:
        return span.name
    return (
        _id_fault("trace id", span.trace_id, _TRACE_ID_BYTES)
        or _id_fault("span id", span.span_id, _SPAN_ID_BYTES)
        or _length_fault("parent span id", span.parent_span_id, _SPAN_ID_BYTES)
        or _refused(span.attributes, parent_fault)
    )


def _record_fault(record: LogRecord, parent_fault: ParentFault | None) -> str:
    if record.trace_id == UNREADABLE:
        return record.severity_text
    return (
        _length_fault("trace id", record.trace_id, _TRACE_ID_BYTES)
        or _length_fault("span id", record.span_id, _SPAN_ID_BYTES)
        or _refused(record.attributes, parent_fault)
    )


def _refused(attributes: Iterable[KeyValue], parent_fault: ParentFault | None) -> str:
    """Say why the parents that attributes name are refused; an SDK names one, but the format lets a key repeat."""
    if parent_fault is None:
        return ""
    named = [each.value.string_value for each in attributes if each.key == PARENT]
    return next((fault for text in named if text and (fault := parent_fault(text))), "")


def _id_fault(name: str, value: bytes, size: int) -> str:
    """Say what is wrong with an id that must be there; empty when nothing is."""
    if not value:
        return f"the {name} is missing"
    if len(value) == size and not any(value):
        return f"the {name} is all zero"
    return _length_fault(name, value, size)


def _length_fault(name: str, value: bytes, size: int) -> str:
    """Say what is wrong with an id that may be missing; empty when nothing is."""
    if not value or len(value) == size:
        return ""
    if value == NOT_HEX:
        return f"the {name} is not {2 * size} hex digits"
    return f"the {name} has {len(value)} bytes, expected {size}"
