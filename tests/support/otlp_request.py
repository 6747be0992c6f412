"""Small OTLP requests."""

import base64
import json
import re

import httpx
from google.protobuf.json_format import MessageToJson
from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    Gauge,
    Metric,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
)
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span

TRACE_ID = bytes(range(16))


def span(
    number: int = 1,
    *,
    name: str = "answer",
    parent: int | None = None,
    attributes: dict[str, str] | None = None,
) -> Span:
    """A span of one second; its id is `number`."""
    return Span(
        trace_id=TRACE_ID,
        span_id=number.to_bytes(8, "big"),
        parent_span_id=parent.to_bytes(8, "big") if parent else b"",
        name=name,
        start_time_unix_nano=1_700_000_000_000_000_000,
        end_time_unix_nano=1_700_000_001_000_000_000,
        attributes=[
            KeyValue(key=key, value=AnyValue(string_value=value)) for key, value in (attributes or {}).items()
        ],
    )


def traces(*spans: Span) -> ExportTraceServiceRequest:
    return ExportTraceServiceRequest(resource_spans=[ResourceSpans(scope_spans=[ScopeSpans(spans=spans)])])


def post(otlp_http: str, *spans: Span) -> None:
    """Send spans over HTTP, and see that they were taken."""
    httpx.post(
        f"{otlp_http}/v1/traces",
        content=traces(*spans).SerializeToString(),
        headers={"content-type": "application/x-protobuf"},
        timeout=60,
    ).raise_for_status()


def logs(*records: LogRecord) -> ExportLogsServiceRequest:
    return ExportLogsServiceRequest(resource_logs=[ResourceLogs(scope_logs=[ScopeLogs(log_records=records)])])


def metrics(*, points: int) -> ExportMetricsServiceRequest:
    """A request with one gauge of so many data points."""
    gauge = Metric(name="load", gauge=Gauge(data_points=[NumberDataPoint(as_double=1.5)] * points))
    return ExportMetricsServiceRequest(
        resource_metrics=[ResourceMetrics(scope_metrics=[ScopeMetrics(metrics=[gauge])])]
    )


def log_record(text: str = "hello", *, attributes: dict[str, str] | None = None) -> LogRecord:
    return LogRecord(
        trace_id=TRACE_ID,
        time_unix_nano=1_700_000_000_000_000_000,
        body=AnyValue(string_value=text),
        attributes=[
            KeyValue(key=key, value=AnyValue(string_value=value)) for key, value in (attributes or {}).items()
        ],
    )


def to_json(request: Message) -> bytes:
    """The request in OTLP/JSON: protobuf's JSON with ids in hex."""
    text = MessageToJson(request, indent=None)
    return re.sub(
        r'("(?:traceId|spanId|parentSpanId)": )("[^"]*")',
        lambda match: match[1] + json.dumps(base64.b64decode(json.loads(match[2])).hex()),
        text,
    ).encode()
