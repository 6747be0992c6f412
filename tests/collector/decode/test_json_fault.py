"""What is said of a value that the protobuf JSON mapping refuses."""

import pytest
from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from otel_bridge_collector.decode.json_fault import describe

SPANS = "resourceSpans.scopeSpans.spans"
FIRST_SPAN = "resourceSpans[0].scopeSpans[0].spans[0]"


def fault_of(span: object) -> str:
    document = {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}
    with pytest.raises(json_format.ParseError) as caught:
        json_format.ParseDict(document, ExportTraceServiceRequest(), max_recursion_depth=20)
    return describe(caught.value)


def attribute(value: object) -> object:
    return {"attributes": [{"key": "k", "value": value}]}


@pytest.mark.parametrize(
    ("span", "place"),
    [
        pytest.param({"startTimeUnixNano": "secret"}, f"{SPANS}.startTimeUnixNano", id="text for a time"),
        pytest.param({"startTimeUnixNano": {"secret": 1}}, f"{SPANS}.startTimeUnixNano", id="object for a time"),
        pytest.param({"name": 5}, f"{SPANS}.name", id="number for a name"),
        pytest.param(
            attribute({"intValue": "secret at A.b"}), f"{FIRST_SPAN}.attributes[0].value.intValue", id="spaces in an int"
        ),
        pytest.param(attribute({"intValue": "secret"}), f"{SPANS}.attributes.value.intValue", id="text for an int"),
        pytest.param(
            attribute({"doubleValue": "secret"}), f"{FIRST_SPAN}.attributes[0].value.doubleValue", id="text for a double"
        ),
        pytest.param(
            attribute({"intValue": 1, "stringValue": "secret"}), f"{FIRST_SPAN}.attributes[0].value", id="two values"
        ),
        pytest.param({"links": {"secret": 1}}, f"{FIRST_SPAN}.links", id="object for a list"),
        pytest.param({"links": [None]}, f"{FIRST_SPAN}.links[0]", id="null in a list"),
        pytest.param("secret", SPANS, id="text for a span"),
    ],
)  # fmt: skip
def test_the_place_is_named_and_the_value_is_not(span: object, place: str) -> None:
    assert fault_of(span) == f"{place} has a value of the wrong kind"


def test_a_value_nested_too_deep_is_said_to_be_so() -> None:
    value: dict[str, object] = {"intValue": 1}
    for _ in range(30):
        value = {"arrayValue": {"values": [value]}}

    assert fault_of(attribute(value)) == "resourceSpans is nested too deep"
