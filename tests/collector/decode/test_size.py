"""What a request would take in memory, before it is parsed."""

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from otel_bridge_collector.decode import size
from otel_bridge_collector.decode.size import MAX_BRACKETS, MAX_MESSAGES, check_json, check_protobuf
from otel_bridge_collector.errors import BodyTooLargeError, MalformedBodyError
from tests.support.otlp_request import span, traces

REQUEST = ExportTraceServiceRequest.DESCRIPTOR
AROUND = 2  # the resource's spans, and the scope's


def empty_spans(count: int) -> bytes:
    return traces(*[Span()] * count).SerializeToString()


def test_as_many_messages_as_may_be_are_let_through() -> None:
    check_protobuf(empty_spans(MAX_MESSAGES - AROUND), REQUEST)


def test_one_message_too_many_is_refused() -> None:
    with pytest.raises(BodyTooLargeError, match=f"more than {MAX_MESSAGES} spans"):
        check_protobuf(empty_spans(MAX_MESSAGES - AROUND + 1), REQUEST)


def test_every_kind_of_message_counts_however_deep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size, "_MESSAGE_BYTES", 0)
    deep = AnyValue(string_value="x")
    for _ in range(30):
        deep = AnyValue(array_value={"values": [deep]})  # type: ignore[arg-type]  # as a mapping
    whole = span(attributes={"a": "b"})
    whole.attributes.append(KeyValue(key="deep", value=deep))
    whole.events.add(name="e").attributes.add(key="k")
    whole.links.add()
    whole.status.code = 2  # type: ignore[assignment]  # by its number
    body = traces(whole).SerializeToString()
    messages = 2 + 1 + 2 + (2 + 2 * 30) + 2 + 1 + 1

    check_protobuf(body, REQUEST, max_messages=messages)
    with pytest.raises(BodyTooLargeError):
        check_protobuf(body, REQUEST, max_messages=messages - 1)


@pytest.mark.parametrize("body", [b"\x0a", b"\x0a\xff", b"\x0b\x0a\x00", b"\x0a\x02\x12"])
def test_what_ends_too_early_is_malformed(body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size, "_MESSAGE_BYTES", 0)

    with pytest.raises((MalformedBodyError, BodyTooLargeError)):
        check_protobuf(body, REQUEST, max_messages=0)


def test_a_large_request_of_a_few_texts_costs_no_walk() -> None:
    check_protobuf(traces(span(attributes={"text": "x" * (8 << 20)})).SerializeToString(), REQUEST)


def test_as_many_brackets_as_may_be_are_let_through_and_one_more_is_not() -> None:
    check_json(b"[" + b"[]," * (MAX_BRACKETS - 1))

    with pytest.raises(BodyTooLargeError, match=f"more than {MAX_BRACKETS} lists and objects"):
        check_json(b"[" + b"{}," * MAX_BRACKETS)
