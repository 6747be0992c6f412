"""What the compiled receiver calls sound is what Python keeps whole, and nothing that is ordinary is left to Python."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import pytest
from benchmarks.sidecar.load import bodies
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, EntityRef, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

from otel_bridge.contract.names import PARENT
from otel_bridge_collector.decode.facts import facts_of
from otel_bridge_collector.decode.sender import MAX_SENDERS, Sender, senders_of
from otel_bridge_collector.decode.size import MAX_MESSAGES
from otel_bridge_collector.decode.sound import sound_senders
from tests.fuzz.recorded import recorded_requests
from tests.support.compiled import compiled_library
from tests.support.otlp_request import TRACE_ID, span, traces

LIBRARY: Final = compiled_library()

_VARINT: Final = (0, b"\x01")
_FIXED64: Final = (1, bytes(8))
_SIZED: Final = (2, b"\x00")
_FIXED32: Final = (5, bytes(4))
_WIRE: Final = {
    FieldDescriptor.TYPE_BOOL: _VARINT, FieldDescriptor.TYPE_ENUM: _VARINT, FieldDescriptor.TYPE_INT32: _VARINT,
    FieldDescriptor.TYPE_INT64: _VARINT, FieldDescriptor.TYPE_UINT32: _VARINT,
    FieldDescriptor.TYPE_FIXED64: _FIXED64, FieldDescriptor.TYPE_DOUBLE: _FIXED64,
    FieldDescriptor.TYPE_FIXED32: _FIXED32,
    FieldDescriptor.TYPE_STRING: _SIZED, FieldDescriptor.TYPE_BYTES: _SIZED, FieldDescriptor.TYPE_MESSAGE: _SIZED,
}  # fmt: skip


def judged(body: bytes, *, max_messages: int = MAX_MESSAGES, is_parent_asked: bool = False) -> object:
    return sound_senders(LIBRARY, body, max_messages=max_messages, is_parent_asked=is_parent_asked)


def of_python(request: ExportTraceServiceRequest) -> list[Sender]:
    return senders_of(facts_of(request))


def resource_spans(spans: list[Span], **attributes: str) -> ResourceSpans:
    pairs = [
        KeyValue(key=key.replace("_", "."), value=AnyValue(string_value=value))
        for key, value in attributes.items()
    ]
    return ResourceSpans(resource=Resource(attributes=pairs), scope_spans=[ScopeSpans(spans=spans)])


def full_span() -> Span:
    """A span that has a value in every field."""
    made = span(2, parent=1, attributes={"a": "b"})
    made.trace_state, made.kind, made.flags = "a=b", Span.SPAN_KIND_CLIENT, 0x301
    made.dropped_attributes_count, made.dropped_events_count, made.dropped_links_count = 1, 2, 3
    made.events.add(name="event", time_unix_nano=1, dropped_attributes_count=1).attributes.add(key="a")
    made.links.add(
        trace_id=TRACE_ID, span_id=bytes(8), trace_state="a=b", flags=1, dropped_attributes_count=1
    )
    made.status.CopyFrom(Status(code=Status.STATUS_CODE_ERROR, message="broken"))
    every = [
        AnyValue(string_value="text"), AnyValue(bool_value=True), AnyValue(int_value=-1), AnyValue(double_value=0.5),
        AnyValue(bytes_value=b"\xff"), AnyValue(string_value_strindex=1), AnyValue(),
    ]  # fmt: skip
    made.attributes.add(key="list").value.array_value.CopyFrom(ArrayValue(values=every))
    made.attributes.add(key_strindex=7).value.kvlist_value.values.add(key="naïve", value=every[0])
    return made


def test_a_request_with_a_value_in_every_field_is_sound() -> None:
    group = resource_spans([span(), full_span()], service_name="app")
    group.resource.dropped_attributes_count, group.schema_url, group.scope_spans[0].schema_url = 1, "s", "t"
    group.resource.entity_refs.append(
        EntityRef(schema_url="s", type="t", id_keys=["a", "b"], description_keys=["c", "d"])
    )
    scope = group.scope_spans[0].scope
    scope.name, scope.version, scope.dropped_attributes_count = "scope", "1", 1
    scope.attributes.add(key="a")
    request = ExportTraceServiceRequest(resource_spans=[group])

    assert judged(request.SerializeToString()) == of_python(request)


def test_every_recorded_request_of_spans_is_sound() -> None:
    requests = [each for each in recorded_requests() if isinstance(each, ExportTraceServiceRequest)]

    assert requests
    for request in requests:
        assert judged(request.SerializeToString()) == of_python(request)


def test_a_request_of_the_load_is_sound() -> None:
    (body,) = bodies(1)

    assert judged(body) == of_python(ExportTraceServiceRequest.FromString(body))


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param({"service_name": "app", "service_namespace": "shop"}, id="a service with a namespace"),
        pytest.param({"service_namespace": "shop"}, id="a namespace alone"),
        pytest.param({"service_instance_id": "é" * 129}, id="a long instance"),
        pytest.param({"service_name": "日" * 100, "service_namespace": "本" * 100}, id="a long service"),
        pytest.param(
            {
                "telemetry_sdk_version": "1",
                "telemetry_sdk_name": "opentelemetry",
                "telemetry_sdk_language": "python",
            },
            id="an SDK, in any order",
        ),
        pytest.param(
            {"telemetry_sdk_name": "s" * 200, "telemetry_sdk_version": "1"}, id="an SDK with a long name"
        ),
        pytest.param({"telemetry_sdk_version": "1"}, id="a part of an SDK"),
        pytest.param({"service_name": ""}, id="an empty name"),
        pytest.param({"service_name": "".join(map(chr, range(128)))}, id="characters that JSON escapes"),
        pytest.param({"service_name": "\x7f\x80\u2028\ufeff\U0010ffff"}, id="characters that it does not"),
    ],
)
def test_senders_are_told_as_python_tells_them(attributes: dict[str, str]) -> None:
    late = span(2)
    late.end_time_unix_nano, late.dropped_attributes_count = 2**64 - 1, 2**32 - 1
    request = ExportTraceServiceRequest(
        resource_spans=[resource_spans([span(1), late, span(3)], **attributes)]
    )

    assert judged(request.SerializeToString()) == of_python(request)


def test_a_name_that_comes_again_counts_unless_it_is_empty() -> None:
    group = resource_spans([span()], service_name="first")
    group.resource.attributes.add(key="service.name").value.string_value = "second"
    group.resource.attributes.add(key="service.name").value.string_value = ""
    group.resource.attributes.add(key="service.name").value.int_value = 3
    request = ExportTraceServiceRequest(resource_spans=[group])

    assert judged(request.SerializeToString()) == of_python(request)


@pytest.mark.parametrize("has_nameless", [True, False])
def test_many_senders_are_counted_as_python_counts_them(has_nameless: bool) -> None:  # noqa: FBT001 - a parameter
    names = ["" if number == 3 and has_nameless else f"app {number}" for number in range(MAX_SENDERS + 3)]
    groups = [resource_spans([span()], service_name=name) for name in [*names, *reversed(names)]]
    groups.insert(2, resource_spans([], service_name="without spans"))
    request = ExportTraceServiceRequest(resource_spans=groups)

    assert judged(request.SerializeToString()) == of_python(request)


def test_senders_with_more_to_say_than_there_is_room_for_are_left_to_python() -> None:
    groups = [resource_spans([span()], service_name=f"{n}" + "\x01" * 128) for n in range(MAX_SENDERS)]

    assert judged(ExportTraceServiceRequest(resource_spans=groups).SerializeToString()) is None


def test_a_large_request_is_judged_too() -> None:
    request = traces(span(attributes={"text": "é" * (1 << 20)}), span(2))

    assert judged(request.SerializeToString()) == of_python(request)


def changed(change: Callable[[Span], None]) -> bytes:
    made = full_span()
    change(made)
    return traces(span(), made).SerializeToString()


def _id(name: str, value: bytes) -> Callable[[Span], None]:
    return lambda made: setattr(made, name, value)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(traces().SerializeToString(), id="no span"),
        pytest.param(changed(_id("trace_id", b"")), id="no trace id"),
        pytest.param(changed(_id("trace_id", bytes(16))), id="a trace id of zeros"),
        pytest.param(changed(_id("trace_id", b"a" * 15)), id="a short trace id"),
        pytest.param(changed(_id("span_id", b"")), id="no span id"),
        pytest.param(changed(_id("span_id", bytes(8))), id="a span id of zeros"),
        pytest.param(changed(_id("span_id", b"a" * 9)), id="a long span id"),
        pytest.param(changed(_id("parent_span_id", b"a" * 7)), id="a short parent id"),
        pytest.param(traces(span()).SerializeToString() + b"\x12\x00", id="an unknown field"),
        pytest.param(traces(span()).SerializeToString() + b"\x0b\x0c", id="a group"),
        pytest.param(traces(span()).SerializeToString() + b"\x00", id="a tag without number"),
        pytest.param(traces(span()).SerializeToString()[:-1], id="an end that is missing"),
        pytest.param(traces(span()).SerializeToString() + b"\x8a\x00\x00", id="a tag written too long"),
        pytest.param(traces(span()).SerializeToString() + b"\x0a\x80\x00", id="a size written too long"),
        pytest.param(
            traces(span()).SerializeToString() + b"\x0a" + b"\xff" * 9 + b"\x01", id="a size beyond all"
        ),
        pytest.param(
            traces(span()).SerializeToString() + b"\x0a" + b"\xff" * 9 + b"\x02", id="a size above 64 bits"
        ),
        pytest.param(
            traces(span(name="a name")).SerializeToString().replace(b"a name", b"\xed\xa0\x80me\xc3"),
            id="a text that is no UTF-8",
        ),
        pytest.param(
            traces(span(name="n" * 40)).SerializeToString().replace(b"n" * 40, b"n" * 39 + b"\xff"),
            id="a long text that is none",
        ),
        pytest.param(
            traces(span(attributes={"key": "value"}))
            .SerializeToString()
            .replace(b"\x0a\x05value", b"\x0a\x02va\x10\x01"),
            id="a value that is two",
        ),
    ],
)
def test_what_is_out_of_the_ordinary_is_left_to_python(body: bytes) -> None:
    assert judged(body) is None


def test_values_that_nest_deep_are_left_to_python() -> None:
    made = span()
    value = made.attributes.add(key="a").value
    for _ in range(13):
        value = value.array_value.values.add()
    assert judged(traces(made).SerializeToString()) is not None

    for _ in range(4):
        value = value.array_value.values.add()

    assert judged(traces(made).SerializeToString()) is None


def test_no_more_messages_than_may_be() -> None:
    body = traces(full_span()).SerializeToString()
    count = messages_of(ExportTraceServiceRequest.FromString(body))

    assert judged(body, max_messages=count) is not None
    assert judged(body, max_messages=count - 1) is None


def messages_of(message: ExportTraceServiceRequest) -> int:
    """How many messages lie within one."""
    inner = [
        each
        for field, value in message.ListFields()
        if field.message_type
        for each in (value if field.is_repeated else [value])
    ]
    return len(inner) + sum(map(messages_of, inner))


def test_a_parent_is_left_to_python_where_somebody_must_be_asked() -> None:
    body = traces(span(), span(2, attributes={PARENT: "project_id:p"})).SerializeToString()

    assert judged(body) is not None
    assert judged(body, is_parent_asked=True) is None
    assert judged(traces(span()).SerializeToString(), is_parent_asked=True) is not None


def message_types() -> Iterator[tuple[Descriptor, Sequence[FieldDescriptor]]]:
    """Each type of messages in a request once, with the fields that lead there."""
    waiting: list[tuple[Descriptor, list[FieldDescriptor]]] = [(ExportTraceServiceRequest.DESCRIPTOR, [])]
    known = {descriptor.full_name for descriptor, _ in waiting}
    for owner, path in waiting:
        yield owner, path
        for field in owner.fields:
            if field.message_type and field.message_type.full_name not in known:
                known.add(field.message_type.full_name)
                waiting.append((field.message_type, [*path, field]))


def within(path: Sequence[FieldDescriptor], message: bytes) -> bytes:
    """A request that has a message where `path` leads, and the ids of the span that it is part of, if it is."""
    for field in reversed(path):
        if field.message_type is Span.DESCRIPTOR:
            message += Span(trace_id=TRACE_ID, span_id=TRACE_ID[8:]).SerializeToString()
        message = bytes([field.number << 3 | 2, len(message)]) + message
    return message


@pytest.mark.parametrize(
    ("descriptor", "path"),
    [pytest.param(descriptor, path, id=descriptor.name) for descriptor, path in message_types()],
)
def test_it_knows_the_fields_that_protobuf_knows(
    descriptor: Descriptor, path: Sequence[FieldDescriptor]
) -> None:
    known = {(field.number, _WIRE[field.type]) for field in descriptor.fields}
    without_ids = {Span.DESCRIPTOR: {1, 2}, ScopeSpans.DESCRIPTOR: {2}}.get(descriptor, set[int]())

    for number in set(range(32)) - without_ids:
        for kind in (_VARINT, _FIXED64, _SIZED, _FIXED32):
            wire_type, value = kind
            tag = number << 3 | wire_type
            field = (bytes([tag]) if tag < 128 else bytes([tag & 127 | 128, tag >> 7])) + value
            body = traces(span()).SerializeToString() + within(path, field)
            assert (judged(body) is not None) is ((number, kind) in known), (number, wire_type)
