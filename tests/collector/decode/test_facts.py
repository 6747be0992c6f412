"""What reception looks at in spans."""

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans

from otel_bridge_collector.decode.facts import facts_of
from tests.support.otlp_request import span


def test_the_spans_of_all_scopes_of_a_resource_are_told_in_their_order() -> None:
    resource = Resource(attributes=[KeyValue(key="service.name", value=AnyValue(string_value="app"))])
    scopes = [ScopeSpans(spans=[span(1)]), ScopeSpans(), ScopeSpans(spans=[span(2), span(3)])]
    request = ExportTraceServiceRequest(
        resource_spans=[ResourceSpans(resource=resource, scope_spans=scopes), ResourceSpans()]
    )

    told, empty = facts_of(request)

    assert told.resource == resource
    assert [facts[1] for facts in told.spans] == [span(number).span_id for number in (1, 2, 3)]
    assert empty.spans == []
