"""Who sent the spans of a request."""

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span

from otel_bridge_collector.decode.facts import facts_of
from otel_bridge_collector.decode.sender import MAX_SENDERS, senders_of
from tests.support.otlp_request import span, traces


def resource_spans(spans: list[Span], **attributes: str) -> ResourceSpans:
    pairs = [
        KeyValue(key=key.replace("_", "."), value=AnyValue(string_value=value))
        for key, value in attributes.items()
    ]
    return ResourceSpans(resource=Resource(attributes=pairs), scope_spans=[ScopeSpans(spans=spans)])


def test_a_resource_says_who_sent_its_spans() -> None:
    late = span(2)
    late.end_time_unix_nano += 5
    late.dropped_attributes_count = 3
    request = ExportTraceServiceRequest(
        resource_spans=[
            resource_spans(
                [span(1), late],
                service_name="app",
                service_namespace="shop",
                service_instance_id="i-1",
                telemetry_sdk_name="opentelemetry",
                telemetry_sdk_language="python",
                telemetry_sdk_version="1.45.1",
            )
        ]
    )

    assert senders_of(facts_of(request)) == [
        {
            "service": "shop/app",
            "instance": "i-1",
            "sdk": "opentelemetry python 1.45.1",
            "spans": 2,
            "newest_end_ns": late.end_time_unix_nano,
            "dropped_attributes": 3,
        }
    ]


def test_groups_of_one_process_are_one_sender() -> None:
    groups = [resource_spans([span(number)], service_name="app") for number in (1, 2)]

    (sender,) = senders_of(facts_of(ExportTraceServiceRequest(resource_spans=groups)))

    assert sender["spans"] == 2


def test_many_senders_are_counted_as_one_beyond_the_limit() -> None:
    groups = [
        resource_spans([span(number)], service_name=f"app {number}") for number in range(1, MAX_SENDERS + 4)
    ]

    senders = senders_of(facts_of(ExportTraceServiceRequest(resource_spans=groups)))

    assert len(senders) == MAX_SENDERS
    assert (senders[-1]["service"], senders[-1]["spans"]) == ("", 4)


def test_a_request_without_spans_has_no_sender() -> None:
    assert senders_of(facts_of(traces())) == []
