"""Protobuf requests to spans and log records."""

from contextlib import nullcontext

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, InstrumentationScope, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs, SeverityNumber
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

from otel_bridge_collector import model
from otel_bridge_collector.decode import otlp_json, protobuf
from otel_bridge_collector.errors import MalformedBodyError
from tests.support.conventions import cases
from tests.support.otlp_request import span, traces

TRACE_ID = bytes(range(16))
SPAN_ID = bytes(range(8))


def attribute(key: str, value: str) -> KeyValue:
    return KeyValue(key=key, value=AnyValue(string_value=value))


def trace_request(*spans: Span) -> ExportTraceServiceRequest:
    scope = InstrumentationScope(name="lib", version="1", attributes=[attribute("s", "1")])
    resource = Resource(attributes=[attribute("service.name", "shop")])
    groups = [ScopeSpans(scope=scope, spans=spans)]
    return ExportTraceServiceRequest(resource_spans=[ResourceSpans(resource=resource, scope_spans=groups)])


def log_request(*records: LogRecord) -> ExportLogsServiceRequest:
    return ExportLogsServiceRequest(resource_logs=[ResourceLogs(scope_logs=[ScopeLogs(log_records=records)])])


def test_a_span_keeps_everything_that_otlp_says_of_it() -> None:
    span = Span(
        trace_id=TRACE_ID,
        span_id=SPAN_ID,
        parent_span_id=b"\1" * 8,
        name="work",
        kind=Span.SPAN_KIND_CLIENT,
        start_time_unix_nano=1,
        end_time_unix_nano=2,
        attributes=[attribute("a", "b")],
        events=[Span.Event(name="e", time_unix_nano=3, attributes=[attribute("c", "d")])],
        links=[
            Span.Link(trace_id=TRACE_ID, span_id=SPAN_ID, trace_state="x=y", attributes=[attribute("l", "1")])
        ],
        status=Status(code=Status.STATUS_CODE_ERROR, message="no"),
        trace_state="k=v",
        dropped_attributes_count=4,
        dropped_events_count=5,
    )

    (decoded,) = protobuf.spans(trace_request(span))

    assert decoded == model.Span(
        trace_id=TRACE_ID.hex(),
        span_id=SPAN_ID.hex(),
        parent_span_id="01" * 8,
        name="work",
        kind=model.SpanKind.CLIENT,
        start_ns=1,
        end_ns=2,
        attributes={"a": "b"},
        events=(model.SpanEvent(name="e", time_ns=3, attributes={"c": "d"}),),
        links=(
            model.SpanLink(
                trace_id=TRACE_ID.hex(), span_id=SPAN_ID.hex(), trace_state="x=y", attributes={"l": "1"}
            ),
        ),
        status_code=model.StatusCode.ERROR,
        status_message="no",
        trace_state="k=v",
        dropped_attributes=4,
        dropped_events=5,
        resource=model.Resource(attributes={"service.name": "shop"}),
        scope=model.Scope(name="lib", version="1", attributes={"s": "1"}),
    )


@pytest.mark.parametrize("parent", [pytest.param(b"", id="absent"), pytest.param(bytes(8), id="zeros")])
def test_a_span_without_a_parent_is_a_root(parent: bytes) -> None:
    request = trace_request(Span(trace_id=TRACE_ID, span_id=SPAN_ID, parent_span_id=parent))

    assert protobuf.spans(request)[0].parent_span_id is None


def test_spans_keep_the_order_of_the_request() -> None:
    request = trace_request(Span(name="first"), Span(name="second"))

    assert [span.name for span in protobuf.spans(request)] == ["first", "second"]


def test_a_log_record_keeps_everything_that_otlp_says_of_it() -> None:
    record = LogRecord(
        trace_id=TRACE_ID,
        span_id=SPAN_ID,
        time_unix_nano=1,
        observed_time_unix_nano=2,
        severity_number=SeverityNumber.SEVERITY_NUMBER_INFO,
        severity_text="INFO",
        event_name="e",
        body=AnyValue(string_value="text"),
        attributes=[attribute("a", "b")],
    )

    (decoded,) = protobuf.log_records(log_request(record))

    assert decoded == model.LogRecord(
        trace_id=TRACE_ID.hex(),
        span_id=SPAN_ID.hex(),
        time_ns=1,
        observed_ns=2,
        severity_number=9,
        severity_text="INFO",
        event_name="e",
        body="text",
        attributes={"a": "b"},
        resource=model.Resource(),
        scope=model.Scope(),
    )


def test_a_log_record_outside_of_any_trace_has_no_ids() -> None:
    (decoded,) = protobuf.log_records(log_request(LogRecord()))

    assert (decoded.trace_id, decoded.span_id) == (None, None)


def test_the_name_of_an_event_may_come_as_an_attribute() -> None:
    (decoded,) = protobuf.log_records(log_request(LogRecord(attributes=[attribute("event.name", "old")])))

    assert decoded.event_name == "old"


def test_parsing_is_the_inverse_of_serializing() -> None:
    traces, logs = trace_request(Span(name="work")), log_request(LogRecord(event_name="e"))

    assert protobuf.parse_traces(traces.SerializeToString()) == traces
    assert protobuf.parse_logs(logs.SerializeToString()) == logs


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"resourceSpans": []}', id="JSON"),
        pytest.param(b"hello", id="text"),
        pytest.param(trace_request(Span(name="work")).SerializeToString()[:-1], id="cut"),
        pytest.param(b"\x10\x01", id="unknown fields only"),
    ],
)
def test_a_body_that_is_no_request_is_refused_with_what_was_expected(body: bytes) -> None:
    with pytest.raises(MalformedBodyError, match="ExportTraceServiceRequest"):
        protobuf.parse_traces(body)
    with pytest.raises(MalformedBodyError, match="ExportTraceServiceRequest"):
        protobuf.spans_in(body)


def test_an_attribute_that_cannot_be_read_makes_the_body_malformed_both_ways() -> None:
    body = trace_request(Span(attributes=[attribute("k", "word")])).SerializeToString()
    broken = body.replace(b"word", b"wo\xff\xfe")

    for read in (protobuf.parse_traces, protobuf.spans_in):
        with pytest.raises(MalformedBodyError, match="ExportTraceServiceRequest"):
            read(broken)


def test_recorded_requests_have_the_same_spans_both_ways() -> None:
    bodies = [otlp_json.parse_traces(case.traces()).SerializeToString() for case in cases()]

    for body in bodies * 2:  # The second time short attributes are remembered.
        assert protobuf.spans_in(body) == protobuf.spans(protobuf.parse_traces(body))


def test_equal_resources_and_scopes_of_two_requests_are_read_once() -> None:
    body = trace_request(Span(name="work")).SerializeToString()

    first, second = (protobuf.spans_in(body)[0] for _ in range(2))

    assert (first.resource is second.resource, first.scope is second.scope) == (True, True)


def test_a_resource_that_cannot_be_read_makes_the_body_malformed_both_ways() -> None:
    request = trace_request(Span(name="work"))
    request.resource_spans[0].resource.attributes.append(attribute("k", "word"))
    broken = request.SerializeToString().replace(b"word", b"wo\xff\xfe")

    for read in (protobuf.parse_traces, protobuf.spans_in):
        with pytest.raises(MalformedBodyError, match="ExportTraceServiceRequest"):
            read(broken)


def test_an_empty_body_is_an_empty_request() -> None:
    assert protobuf.spans(protobuf.parse_traces(b"")) == []
    assert protobuf.spans_in(b"") == []
    assert protobuf.log_records(protobuf.parse_logs(b"")) == []


@pytest.mark.parametrize("lists", [pytest.param(47, id="at the limit"), pytest.param(48, id="over it")])
def test_messages_are_nested_no_deeper_than_they_may(lists: int) -> None:
    value = AnyValue(string_value="x")
    for _ in range(lists):
        value = AnyValue(array_value=ArrayValue(values=[value]))
    deep = span()
    deep.attributes.append(KeyValue(key="deep", value=value))
    body = traces(deep).SerializeToString()

    with nullcontext() if 5 + 2 * lists <= 100 else pytest.raises(MalformedBodyError):
        protobuf.parse_traces(body)
