"""Trace requests whose attributes stay bytes."""

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

from otel_bridge_collector.decode.light_trace import LightRequest

ATTRIBUTE = KeyValue(key="k", value=AnyValue(int_value=1))
SPAN = Span(
    name="work",
    kind=Span.SPAN_KIND_CLIENT,
    attributes=[ATTRIBUTE],
    events=[Span.Event(name="e", attributes=[ATTRIBUTE])],
    status=Status(message="no"),
)
REQUEST = ExportTraceServiceRequest(resource_spans=[ResourceSpans(scope_spans=[ScopeSpans(spans=[SPAN])])])


def test_only_the_attributes_of_a_span_are_bytes() -> None:
    light = LightRequest.FromString(REQUEST.SerializeToString())

    (span,) = light.resource_spans[0].scope_spans[0].spans
    assert list(span.attributes) == [ATTRIBUTE.SerializeToString()]
    assert (span.name, span.kind, span.status.message) == ("work", Span.SPAN_KIND_CLIENT, "no")
    assert list(span.events) == list(SPAN.events)


def test_nothing_is_lost_on_the_way_back() -> None:
    body = REQUEST.SerializeToString()

    assert LightRequest.FromString(body).SerializeToString() == body
