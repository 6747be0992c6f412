"""Write the spans of a request as OTLP bytes, without making a protobuf message of each.

What is common is written here: spans whose attributes are texts, numbers and truth values, without events, links or
anything dropped. Every other span, and what a request says once (resource and scope), is left to OpenTelemetry's encoder. A
test holds both to the same messages. The numbers are those of OTLP's `trace.proto` and `common.proto`.
"""

import struct
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanContext

from otel_bridge.contract import names

_SHORT: Final = 4096
_SHORT_VARINTS: Final = tuple(
    bytes([number]) if number < 0x80 else bytes([number & 0x7F | 0x80, number >> 7])  # noqa: PLR2004 - seven bits a byte
    for number in range(_SHORT)
)

_SHORT_TEXT: Final = _SHORT - 3
"""Below it the length of a text, with its tag and its own length, has an entry there."""

_SAID_OFTEN: Final = frozenset({
    names.PARENT, names.CONTEXT_JSON, names.CODE_FUNCTION_NAME, names.CODE_FILE_PATH, names.CODE_LINE_NUMBER,
})  # fmt: skip
"""Attributes that spans of one line of an app have alike; the bytes of such are kept."""

_HASHED: Final = (str, int)

_HAS_IS_REMOTE: Final = 0x100
_IS_REMOTE: Final = 0x200
"""Bits of the flags of a span that tell where its parent is."""

_INT_64: Final = 1 << 63

_TIMES: Final = struct.Struct("<cQcQ")
_DOUBLE: Final = struct.Struct("<cd")
_FLAGS: Final = struct.Struct("<2sI")


class _UncommonError(Exception):
    """A span has something that is not written here."""


def write_request(spans: Sequence[ReadableSpan]) -> bytes:
    """Return the request that exports `spans`, grouped by resource and scope as OpenTelemetry does it."""
    groups: dict[object, dict[object, list[ReadableSpan]]] = {}
    resource: object = None
    scope: object = None
    group: list[ReadableSpan] = []
    for span in spans:
        if span.resource is not resource or span.instrumentation_scope is not scope:
            # Of those alike one after the other, resource and scope are hashed once.
            resource, scope = span.resource, span.instrumentation_scope
            group = groups.setdefault(resource, {}).setdefault(scope or None, [])
        group.append(span)
    return b"".join(_field(b"\x0a", _resource_spans(list(scopes.values()))) for scopes in groups.values())


def _resource_spans(scopes: Sequence[Sequence[ReadableSpan]]) -> bytes:
    frame = encode_spans(scopes[0][:1]).resource_spans[0]
    frame.ClearField("scope_spans")
    return frame.SerializePartialToString() + b"".join(
        _field(b"\x12", _scope_spans(spans)) for spans in scopes
    )


def _scope_spans(spans: Sequence[ReadableSpan]) -> bytes:
    frame = encode_spans(spans[:1]).resource_spans[0].scope_spans[0]
    frame.ClearField("spans")
    return frame.SerializePartialToString() + b"".join(_field(b"\x12", _span(span)) for span in spans)


def _span(span: ReadableSpan) -> bytes:
    try:
        return _common_span(span)
    except (_UncommonError, UnicodeEncodeError, struct.error):
        message = encode_spans([span]).resource_spans[0].scope_spans[0].spans[0]
        return message.SerializePartialToString()


def _common_span(span: ReadableSpan) -> bytes:
    context, parent = span.context, span.parent
    if context is None or span.start_time is None or span.end_time is None or _has_more(span):
        raise _UncommonError
    flags = _HAS_IS_REMOTE | _IS_REMOTE if parent and parent.is_remote else _HAS_IS_REMOTE
    return b"".join((
        *_ids(context, parent),
        _field(b"\x2a", span.name.encode()) if span.name else b"",
        b"\x30", _SHORT_VARINTS[span.kind.value + 1],
        _TIMES.pack(b"\x39", span.start_time, b"\x41", span.end_time),
        *[
            _often(key, value) if key in _SAID_OFTEN and isinstance(value, _HASHED) else _attribute(key, value)
            for key, value in (span.attributes or {}).items()
        ],
        _field(b"\x7a", _status(span)),
        _FLAGS.pack(b"\x85\x01", flags),
    ))  # fmt: skip


def _has_more(span: ReadableSpan) -> bool:
    return bool(
        span.events
        or span.links
        or span.dropped_attributes
        or span.dropped_events
        or span.dropped_links
        or (span.context and span.context.trace_state)
    )


def _ids(context: SpanContext, parent: SpanContext | None) -> tuple[bytes, ...]:
    own = (b"\x0a\x10", context.trace_id.to_bytes(16, "big"), b"\x12\x08", context.span_id.to_bytes(8, "big"))
    return (*own, b"\x22\x08", parent.span_id.to_bytes(8, "big")) if parent else own


def _status(span: ReadableSpan) -> bytes:
    status = span.status
    said = _field(b"\x12", status.description.encode()) if status.description else b""
    return said + b"\x18" + _SHORT_VARINTS[status.status_code.value] if status.status_code.value else said


def _attribute(key: str, value: object) -> bytes:
    kind = type(value)  # subclasses are left to OpenTelemetry
    if isinstance(value, str) and kind is str:
        text = value.encode()
        if len(text) < _SHORT_TEXT:
            return _short_text(_key(key), text)
        written = _field(b"\x0a", text)
    elif kind is bool:
        written = b"\x10\x01" if value else b"\x10\x00"
    elif isinstance(value, int) and kind is int and -_INT_64 <= value < _INT_64:
        written = b"\x18" + _varint(value % (2 * _INT_64))
    elif kind is float:
        written = _DOUBLE.pack(b"\x21", value)
    else:
        raise _UncommonError
    return _field(b"\x4a", _key(key) + _field(b"\x12", written))


_often: Final = lru_cache(maxsize=1024, typed=True)(_attribute)


def _short_text(key: bytes, text: bytes) -> bytes:
    """The same for a text whose lengths need no more than two bytes: `_field` three times over, joined once."""
    size = len(text)
    text_size = _SHORT_VARINTS[size]
    value_size = _SHORT_VARINTS[1 + len(text_size) + size]
    size += len(key) + len(text_size) + len(value_size) + 2
    pair_size = _SHORT_VARINTS[size] if size < _SHORT else _varint(size)
    return b"".join((b"\x4a", pair_size, key, b"\x12", value_size, b"\x0a", text_size, text))


@lru_cache(maxsize=1024)
def _key(key: str) -> bytes:
    return _field(b"\x0a", key.encode())


def _field(tag: bytes, content: bytes) -> bytes:
    length = len(content)
    return tag + (_SHORT_VARINTS[length] if length < _SHORT else _varint(length)) + content


def _varint(number: int) -> bytes:
    written = bytearray()
    while number >= 0x80:  # noqa: PLR2004 - seven bits a byte
        written.append(number & 0x7F | 0x80)
        number >>= 7
    written.append(number)
    return bytes(written)
