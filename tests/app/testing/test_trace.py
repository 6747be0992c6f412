"""The recording adapter, without the global tracer provider; the rest is in tests/plugins/test_pytest_plugin.py."""

import gzip
import zlib

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span
from requests import Session

from otel_bridge.testing.trace import CountedIds, RecordingAdapter

BODY = ExportTraceServiceRequest(
    resource_spans=[ResourceSpans(scope_spans=[ScopeSpans(spans=[Span(name="a")])])]
).SerializeToString()


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        pytest.param(BODY, "", id="as it is"),
        pytest.param(gzip.compress(BODY), "gzip", id="gzip"),
        pytest.param(zlib.compress(BODY), "deflate", id="deflate"),
    ],
)
def test_spans_are_kept_however_they_are_packed(body: bytes, encoding: str) -> None:
    adapter, session = RecordingAdapter(), Session()
    session.mount("http://", adapter)

    answer = session.post("http://nowhere.invalid/v1/traces", body, headers={"content-encoding": encoding})

    assert answer.status_code == 200
    assert [span.name for span in adapter.spans] == ["a"]


def test_ids_count_from_one_and_can_begin_again() -> None:
    ids = CountedIds()
    assert (ids.generate_span_id(), ids.generate_span_id(), ids.generate_trace_id()) == (1, 2, 1)

    ids.begin()

    assert ids.generate_span_id() == 1
