"""Rows of real OTLP messages, as far as the app side can say."""

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from otel_bridge.testing.rows import rows_of


def span(number: int, start: int, end: int, **arguments: object) -> Span:
    arguments = {"trace_id": bytes(15) + b"\1", "name": f"s{number}", **arguments}
    return Span(span_id=number.to_bytes(8), start_time_unix_nano=start, end_time_unix_nano=end, **arguments)  # type: ignore[arg-type]  # fields by name


def test_spans_come_in_the_order_of_their_start_with_counted_moments() -> None:
    late, early = rows_of([span(1, 500, 900), span(2, 100, 900)], [])[::-1]

    assert (early["id"][-1], late["id"][-1]) == ("2", "1")
    assert (early["metrics"], late["created"]) == (
        {"start": 1767225600.0, "end": 1767225602.0},
        "2026-01-01T00:00:01+00:00",
    )


def test_attributes_of_others_are_metadata() -> None:
    nested = AnyValue(kvlist_value=KeyValueList(values=[KeyValue(key="k", value=AnyValue(int_value=1))]))
    attribute = KeyValue(key="a", value=AnyValue(array_value=ArrayValue(values=[nested, AnyValue()])))

    (row,) = rows_of([span(1, 1, 2, attributes=[attribute])], [])

    assert row["metadata"] == {"a": [{"k": 1}, None]}


def test_a_failed_span_of_others_has_an_error() -> None:
    (row,) = rows_of([span(1, 1, 2, status=Status(code=Status.STATUS_CODE_ERROR, message="m"))], [])

    assert row["error"] == "m"


def test_a_fact_about_no_span_is_a_row_of_its_own() -> None:
    record = LogRecord(
        event_name="braintrust.feedback",
        attributes=[
            KeyValue(key="braintrust.feedback.id", value=AnyValue(string_value="r")),
            KeyValue(key="braintrust.feedback.scores", value=AnyValue(string_value='{"s": 1}')),
        ],
    )

    assert rows_of([], [record]) == [{"id": "r", "scores": {"s": 1}}]
