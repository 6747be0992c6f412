"""OTLP/JSON requests to protobuf messages."""

import json

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from otel_bridge_collector.decode import otlp_json
from otel_bridge_collector.decode.structure import check_logs, check_traces
from otel_bridge_collector.errors import MalformedBodyError

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
SPAN_ID = "b7ad6b7169203331"


def parse_span(span: dict[str, object]) -> Span:
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).encode()
    return otlp_json.parse_traces(body).resource_spans[0].scope_spans[0].spans[0]


def test_ids_are_hex() -> None:
    span = parse_span(
        {
            "traceId": TRACE_ID,
            "spanId": SPAN_ID.upper(),
            "parentSpanId": "",
            "links": [{"traceId": TRACE_ID, "spanId": SPAN_ID}],
        }
    )

    assert span.trace_id.hex() == TRACE_ID
    assert span.span_id.hex() == SPAN_ID
    assert span.parent_span_id == b""
    assert span.links[0].span_id.hex() == SPAN_ID


@pytest.mark.parametrize(
    "kind",
    [pytest.param(3, id="number"), pytest.param("SPAN_KIND_CLIENT", id="name"), pytest.param("3", id="text")],
)
def test_an_enum_is_a_number_or_a_name(kind: object) -> None:
    assert parse_span({"kind": kind}).kind == Span.SPAN_KIND_CLIENT


@pytest.mark.parametrize(
    "time",
    [pytest.param("1544712660000000001", id="text"), pytest.param(1544712660000000001, id="number")],
)
def test_a_long_integer_is_a_text_or_a_number(time: object) -> None:
    assert parse_span({"startTimeUnixNano": time}).start_time_unix_nano == 1544712660000000001


def test_names_in_snake_case_are_read_too() -> None:
    body = json.dumps(
        {
            "resource_spans": [
                {
                    "scope_spans": [
                        {"spans": [{"trace_id": TRACE_ID, "span_id": SPAN_ID, "start_time_unix_nano": 1}]}
                    ]
                }
            ]
        }
    ).encode()

    (span,) = otlp_json.parse_traces(body).resource_spans[0].scope_spans[0].spans

    assert (span.trace_id.hex(), span.span_id.hex(), span.start_time_unix_nano) == (TRACE_ID, SPAN_ID, 1)


def test_unknown_fields_are_ignored() -> None:
    assert parse_span({"name": "work", "novelty": {"deep": [1]}}).name == "work"


def test_values_of_every_kind_are_read() -> None:
    values = [
        {"stringValue": "s"},
        {"boolValue": True},
        {"intValue": "5"},
        {"doubleValue": 0.5},
        {"arrayValue": {"values": [{"intValue": 1}]}},
        {"kvlistValue": {"values": [{"key": "k", "value": {"stringValue": "v"}}]}},
        {"bytesValue": "//4="},
    ]

    span = parse_span({"attributes": [{"key": str(i), "value": value} for i, value in enumerate(values)]})

    kinds = [entry.value.WhichOneof("value") for entry in span.attributes]
    assert kinds == [
        "string_value",
        "bool_value",
        "int_value",
        "double_value",
        "array_value",
        "kvlist_value",
        "bytes_value",
    ]


def test_log_records_are_read() -> None:
    record = {"traceId": TRACE_ID, "spanId": SPAN_ID, "severityNumber": 9, "body": {"stringValue": "hi"}}
    body = json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}).encode()

    (parsed,) = otlp_json.parse_logs(body).resource_logs[0].scope_logs[0].log_records

    assert (parsed.trace_id.hex(), parsed.severity_number, parsed.body.string_value) == (TRACE_ID, 9, "hi")


@pytest.mark.parametrize("broken", ["zz" * 8, "abc", "gggggggg"])
def test_a_broken_id_costs_its_own_span_only(broken: str) -> None:
    sound = {"traceId": TRACE_ID, "spanId": SPAN_ID, "name": "sound"}
    spans = [{"traceId": TRACE_ID, "spanId": broken}, sound]
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).encode()

    checked = check_traces(otlp_json.parse_traces(body))

    assert (checked.accepted, checked.rejected) == (1, 1)
    assert checked.request.resource_spans[0].scope_spans[0].spans[0].name == "sound"


@pytest.mark.parametrize("name", ["traceId", "spanId", "parentSpanId"])
def test_an_id_that_is_no_hex_is_said_to_be_so(name: str) -> None:
    span = {"traceId": TRACE_ID, "spanId": SPAN_ID, name: "zz"}
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).encode()

    reason = check_traces(otlp_json.parse_traces(body)).reason

    assert reason.endswith("id is not 32 hex digits" if name == "traceId" else "span id is not 16 hex digits")


def test_an_empty_object_is_an_empty_request() -> None:
    assert not otlp_json.parse_traces(b"{}").resource_spans
    assert not otlp_json.parse_logs(b"{}").resource_logs


def test_traces_are_no_logs() -> None:
    with pytest.raises(MalformedBodyError, match='no JSON object with "resourceLogs"'):
        otlp_json.parse_logs(b'{"resourceSpans": []}')


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\x0a\x00", id="protobuf"),
        pytest.param(b"[]", id="list"),
        pytest.param(b'{"a": 1}', id="other fields only"),
        pytest.param(b'{"resourceSpans": {"a": 1}}', id="object for a list"),
        pytest.param(b'{"resourceSpans": [1]}', id="number for an object"),
        pytest.param(b"[" * 5000, id="nested beyond the parser"),
    ],
)
def test_a_body_that_is_no_request_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedBodyError, match="the body is no "):
        otlp_json.parse_traces(body)


def nested_value() -> dict[str, object]:
    value: dict[str, object] = {"intValue": 1}
    for _ in range(200):
        value = {"arrayValue": {"values": [value]}}
    return value


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        pytest.param({"traceId": 5}, "traceId has a value of the wrong kind", id="id is a number"),
        pytest.param({"name": 5}, "name has a value of the wrong kind", id="name is a number"),
        pytest.param(
            {"endTimeUnixNano": "99999999999999999999"},
            "endTimeUnixNano has a value of the wrong kind",
            id="time out of range",
        ),
        pytest.param(
            {"attributes": [{"key": "deep", "value": nested_value()}]},
            "attributes is nested too deep",
            id="nested too deep",
        ),
    ],
)
def test_a_span_that_cannot_be_read_is_rejected_alone(fields: dict[str, object], fault: str) -> None:
    sound: dict[str, object] = {"traceId": "ab" * 16, "spanId": "cd" * 8, "name": "sound"}
    document = {"resourceSpans": [{"scopeSpans": [{"spans": [sound, {**sound, **fields}]}]}]}

    checked = check_traces(otlp_json.parse_traces(json.dumps(document).encode()))

    assert (checked.accepted, checked.rejected) == (1, 1)
    assert checked.reason == f"spans[1].{fault}"


@pytest.mark.parametrize("odd", [None, 5, "text", []])
def test_what_is_no_span_at_all_is_rejected_alone(odd: object) -> None:
    good = {"traceId": TRACE_ID, "spanId": SPAN_ID}
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [odd, good]}]}]}).encode()

    checked = check_traces(otlp_json.parse_traces(body))

    assert (checked.accepted, checked.rejected) == (1, 1)


def test_a_log_record_that_cannot_be_read_is_rejected_alone() -> None:
    records = [{"severityText": "INFO"}, {"timeUnixNano": "secret"}]
    document = {"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]}

    checked = check_logs(otlp_json.parse_logs(json.dumps(document).encode()))

    assert (checked.accepted, checked.rejected) == (1, 1)
    assert checked.reason == "logRecords[1].timeUnixNano has a value of the wrong kind"
