"""Trace requests of which some parts stay bytes."""

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
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
SCOPE = InstrumentationScope(name="lib")
RESOURCE = Resource(attributes=[ATTRIBUTE])
REQUEST = ExportTraceServiceRequest(
    resource_spans=[ResourceSpans(resource=RESOURCE, scope_spans=[ScopeSpans(scope=SCOPE, spans=[SPAN])])]
)


def test_of_a_span_only_the_attributes_are_bytes() -> None:
    light = LightRequest.FromString(REQUEST.SerializeToString())

    (span,) = light.resource_spans[0].scope_spans[0].spans
    assert list(span.attributes) == [ATTRIBUTE.SerializeToString()]
    assert (span.name, span.kind, span.status.message) == ("work", Span.SPAN_KIND_CLIENT, "no")
    assert list(span.events) == list(SPAN.events)


def test_resources_and_scopes_are_bytes() -> None:
    light = LightRequest.FromString(REQUEST.SerializeToString())

    (group,) = light.resource_spans
    assert group.resource == RESOURCE.SerializeToString()
    assert group.scope_spans[0].scope == SCOPE.SerializeToString()


def test_nothing_is_lost_on_the_way_back() -> None:
    body = REQUEST.SerializeToString()

    assert LightRequest.FromString(body).SerializeToString() == body
