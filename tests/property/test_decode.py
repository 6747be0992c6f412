"""OTLP/JSON decodes to what protobuf's own JSON mapping says, and no JSON breaks the decoder."""

import base64
from typing import cast

import orjson
from google.protobuf import json_format
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

from otel_bridge_collector.decode import otlp_json, protobuf
from otel_bridge_collector.errors import MalformedBodyError

TEXTS = st.text(max_size=20)
LEAVES = st.one_of(
    st.builds(AnyValue, string_value=TEXTS),
    st.builds(AnyValue, bool_value=st.booleans()),
    st.builds(AnyValue, int_value=st.integers(-(2**63), 2**63 - 1)),
    st.builds(AnyValue, double_value=st.floats()),
    st.builds(AnyValue, bytes_value=st.binary(max_size=20)),
    st.just(AnyValue()),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(
            lambda values: AnyValue(array_value=ArrayValue(values=values)), st.lists(inner, max_size=3)
        ),
        st.builds(
            lambda values: AnyValue(kvlist_value=KeyValueList(values=values)),
            st.lists(st.builds(KeyValue, key=TEXTS, value=inner), max_size=3),
        ),
    ),
    max_leaves=8,
)
ATTRIBUTES = st.lists(st.builds(KeyValue, key=TEXTS, value=VALUES), max_size=4)
NS = st.integers(0, 2**64 - 1)
TRACE_IDS = st.binary(min_size=16, max_size=16)
SPAN_IDS = st.binary(min_size=8, max_size=8)
SPANS = st.builds(
    Span,
    trace_id=TRACE_IDS,
    span_id=SPAN_IDS,
    parent_span_id=st.one_of(st.just(b""), SPAN_IDS),
    name=TEXTS,
    kind=st.integers(0, 5),
    start_time_unix_nano=NS,
    end_time_unix_nano=NS,
    attributes=ATTRIBUTES,
    events=st.lists(st.builds(Span.Event, name=TEXTS, time_unix_nano=NS, attributes=ATTRIBUTES), max_size=2),
    links=st.lists(st.builds(Span.Link, trace_id=TRACE_IDS, span_id=SPAN_IDS), max_size=2),
    status=st.builds(Status, code=st.integers(0, 2), message=TEXTS),
)
REQUESTS = st.lists(SPANS, max_size=3).map(
    lambda spans: ExportTraceServiceRequest(
        resource_spans=[ResourceSpans(scope_spans=[ScopeSpans(spans=spans)])]
    )
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.text(max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["resourceSpans", "scopeSpans", "spans", "traceId", "attributes", "key", "value", "kind"]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=15,
)


def otlp_json_body(request: ExportTraceServiceRequest) -> bytes:
    """What an OTLP/JSON exporter sends: protobuf's mapping with hex ids."""
    document = json_format.MessageToDict(request)
    for resource_spans in document.get("resourceSpans", []):
        for scope_spans in resource_spans.get("scopeSpans", []):
            for span in scope_spans.get("spans", []):
                for owner in (span, *span.get("links", [])):
                    _ids_to_hex(cast("dict[str, object]", owner))
    return orjson.dumps(document)


def _ids_to_hex(owner: dict[str, object]) -> None:
    for name in ("traceId", "spanId", "parentSpanId"):
        if name in owner:
            owner[name] = base64.b64decode(str(owner[name])).hex()


@given(REQUESTS)
def test_json_and_protobuf_of_one_request_decode_to_the_same_spans(
    request: ExportTraceServiceRequest,
) -> None:
    from_json = otlp_json.parse_traces(otlp_json_body(request))
    from_protobuf = protobuf.parse_traces(request.SerializeToString())

    assert protobuf.spans(from_json) == protobuf.spans(from_protobuf)


@given(JSON)
def test_any_json_is_read_or_refused(document: object) -> None:
    try:
        otlp_json.parse_traces(orjson.dumps(document))
    except MalformedBodyError as error:
        assert str(error).startswith("the body is no ")  # noqa: PT017 - either outcome is fine


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        protobuf.spans(protobuf.parse_traces(body))
    except MalformedBodyError as error:
        assert str(error).startswith("the body ")  # noqa: PT017 - either outcome is fine
