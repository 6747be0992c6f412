"""Trace requests of which some parts stay bytes: most of them come again, and need not be read again.

The messages are OTLP's own but for the types in `_PACKED`: bytes instead of messages, which are the same on the wire.
Source: opentelemetry-proto 1.x, `trace.proto`.
"""

from typing import Final, cast

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto
from google.protobuf.message import Message
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span

_PACKAGE: Final = "otel_bridge.light"
_MESSAGES: Final[tuple[type[Message], ...]] = (ExportTraceServiceRequest, ResourceSpans, ScopeSpans, Span)
_PACKED: Final = ((ResourceSpans, "resource"), (ScopeSpans, "scope"), (Span, "attributes"))


def _file() -> FileDescriptorProto:
    """Describe the four messages from a request down to a span; everything inside of them is OTLP's but what is packed."""
    file = FileDescriptorProto(
        name="otel_bridge/light_trace.proto",
        package=_PACKAGE,
        syntax="proto3",
        dependency=[ExportTraceServiceRequest.DESCRIPTOR.file.name, Span.DESCRIPTOR.file.name]
        + [each.name for each in Span.DESCRIPTOR.file.dependencies],
    )
    own = {f".{message.DESCRIPTOR.full_name}": message.DESCRIPTOR.name for message in _MESSAGES}
    for message in _MESSAGES:
        described = DescriptorProto()
        message.DESCRIPTOR.CopyToProto(described)
        del described.nested_type[:], described.enum_type[:]
        for field in described.field:
            if field.type_name in own:
                field.type_name = f".{_PACKAGE}.{own[field.type_name]}"
            elif (message, field.name) in _PACKED:
                field.type = FieldDescriptorProto.TYPE_BYTES
                field.ClearField("type_name")
        file.message_type.append(described)
    return file


def _request_class() -> type[Message]:
    pool = descriptor_pool.Default()
    pool.Add(_file())
    return message_factory.GetMessageClass(
        pool.FindMessageTypeByName(f"{_PACKAGE}.{ExportTraceServiceRequest.DESCRIPTOR.name}")
    )


# Its messages have the fields of OTLP's, so that what reads those reads these; only what is packed are no messages.
LightRequest: Final = cast("type[ExportTraceServiceRequest]", _request_class())
