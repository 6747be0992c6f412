"""One OTLP request on its way out, and parts of one. No transport."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

AnyRequest: TypeAlias = ExportTraceServiceRequest | ExportLogsServiceRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class OtlpRequest:
    """A request in protobuf, uncompressed.

    Attributes:
        seq: number of the spool record that it comes from.
        items: how many spans or log records it has, for the counters.
    """

    seq: int
    signal: Literal["traces", "logs"]
    body: bytes = field(repr=False)
    items: int = 0


def parse(request: OtlpRequest) -> AnyRequest:
    """Return the message of a request, which a receiver has checked."""
    message: AnyRequest = (
        ExportTraceServiceRequest() if request.signal == "traces" else ExportLogsServiceRequest()
    )
    message.ParseFromString(request.body)
    return message


def count(message: AnyRequest) -> int:
    """Return how many spans or log records a message has."""
    if isinstance(message, ExportTraceServiceRequest):
        return sum(len(scope.spans) for each in message.resource_spans for scope in each.scope_spans)
    return sum(len(scope.log_records) for each in message.resource_logs for scope in each.scope_logs)


def only(message: AnyRequest, wanted: Sequence[bool]) -> bytes:
    """Return a request with some of its spans or log records, in its order; empty when it is none of them.

    Args:
        message: is changed.
        wanted: for each span or log record, in the order of the message, whether it stays.
    """
    if not any(wanted):
        return b""
    left = iter(wanted)
    if isinstance(message, ExportTraceServiceRequest):
        for resource_spans in message.resource_spans:
            for scope_spans in resource_spans.scope_spans:
                spans = [span for span in scope_spans.spans if next(left)]
                del scope_spans.spans[:]
                scope_spans.spans.extend(spans)
    else:
        for resource_logs in message.resource_logs:
            for scope_logs in resource_logs.scope_logs:
                records = [each for each in scope_logs.log_records if next(left)]
                del scope_logs.log_records[:]
                scope_logs.log_records.extend(records)
    return message.SerializeToString()


def halves(request: OtlpRequest) -> tuple[OtlpRequest, OtlpRequest] | None:
    """Return a request as two, or None when it holds one span or log record."""
    number = count(parse(request))
    if number < 2:  # noqa: PLR2004 - two halves
        return None
    first = [index < number // 2 for index in range(number)]
    return (
        replace(request, body=only(parse(request), first)),
        replace(request, body=only(parse(request), [not each for each in first])),
    )
