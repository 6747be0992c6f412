"""Rejection of spans and log records with broken ids."""

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span

from otel_bridge_collector.decode.structure import check_logs, check_traces

TRACE_ID = b"\1" * 16
SPAN_ID = b"\2" * 8


def request(*spans: Span) -> ExportTraceServiceRequest:
    return ExportTraceServiceRequest(resource_spans=[ResourceSpans(scope_spans=[ScopeSpans(spans=spans)])])


def log_request(*records: LogRecord) -> ExportLogsServiceRequest:
    return ExportLogsServiceRequest(resource_logs=[ResourceLogs(scope_logs=[ScopeLogs(log_records=records)])])


def sound_span(name: str = "sound") -> Span:
    return Span(name=name, trace_id=TRACE_ID, span_id=SPAN_ID, parent_span_id=b"\3" * 8)


def test_a_sound_request_is_passed_on_as_it_is() -> None:
    sound = request(sound_span(), Span(trace_id=TRACE_ID, span_id=SPAN_ID))

    checked = check_traces(sound)

    assert checked.request is sound
    assert (checked.accepted, checked.rejected, checked.reason) == (2, 0, "")


@pytest.mark.parametrize(
    ("span", "reason"),
    [
        pytest.param(Span(span_id=SPAN_ID), "the trace id is missing", id="no trace id"),
        pytest.param(
            Span(trace_id=bytes(16), span_id=SPAN_ID), "the trace id is all zero", id="zero trace id"
        ),
        pytest.param(
            Span(trace_id=b"\1" * 15, span_id=SPAN_ID),
            "the trace id has 15 bytes, expected 16",
            id="short trace id",
        ),
        pytest.param(Span(trace_id=TRACE_ID), "the span id is missing", id="no span id"),
        pytest.param(Span(trace_id=TRACE_ID, span_id=bytes(8)), "the span id is all zero", id="zero span id"),
        pytest.param(
            Span(trace_id=TRACE_ID, span_id=b"\2" * 9),
            "the span id has 9 bytes, expected 8",
            id="long span id",
        ),
        pytest.param(
            Span(trace_id=TRACE_ID, span_id=SPAN_ID, parent_span_id=b"\3"),
            "the parent span id has 1 bytes, expected 8",
            id="short parent id",
        ),
    ],
)
def test_a_span_with_a_broken_id_is_left_out_with_the_reason(span: Span, reason: str) -> None:
    checked = check_traces(request(sound_span("before"), span, sound_span("after")))

    kept = checked.request.resource_spans[0].scope_spans[0].spans
    assert [span.name for span in kept] == ["before", "after"]
    assert (checked.accepted, checked.rejected, checked.reason) == (2, 1, reason)


def test_the_request_that_was_checked_stays_as_it_was() -> None:
    broken = request(sound_span(), Span())

    check_traces(broken)

    assert len(broken.resource_spans[0].scope_spans[0].spans) == 2


def test_the_reason_is_the_first_fault() -> None:
    assert check_traces(request(Span(trace_id=TRACE_ID), Span())).reason == "the span id is missing"


@pytest.mark.parametrize("broken", ["", "a sound span before it"])
def test_the_facts_are_those_of_the_spans_that_are_left(broken: str) -> None:
    end = Span(trace_id=TRACE_ID, span_id=SPAN_ID, end_time_unix_nano=7, dropped_attributes_count=2)

    (facts,) = check_traces(request(*([Span()] if broken else []), end)).facts

    assert facts.spans == [(TRACE_ID, SPAN_ID, b"", 7, 2)]


def test_a_parent_that_is_refused_is_found_in_a_sound_request() -> None:
    span = sound_span()
    span.attributes.add(key="braintrust.parent").value.string_value = "project_name:p"

    assert check_traces(request(span), lambda text: f"no {text}").reason == "no project_name:p"


def test_a_log_record_needs_no_ids() -> None:
    sound = log_request(LogRecord(), LogRecord(trace_id=TRACE_ID, span_id=SPAN_ID))

    checked = check_logs(sound)

    assert checked.request is sound
    assert (checked.accepted, checked.rejected) == (2, 0)


def test_a_log_record_with_a_broken_id_is_left_out() -> None:
    checked = check_logs(log_request(LogRecord(span_id=b"\2"), LogRecord(severity_text="kept")))

    (kept,) = checked.request.resource_logs[0].scope_logs[0].log_records
    assert kept.severity_text == "kept"
    assert (checked.accepted, checked.rejected) == (1, 1)
    assert checked.reason == "the span id has 1 bytes, expected 8"
