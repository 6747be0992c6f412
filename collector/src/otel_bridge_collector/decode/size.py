"""What a request would take in memory, bounded before it is parsed: a message of two bytes takes two hundred in memory.

Measured: parsing takes 1 to 2 times the bytes of usual requests, and up to 88 times those of empty spans. It builds nothing.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

from google.protobuf.descriptor import Descriptor

from otel_bridge_collector.errors import BodyTooLargeError, MalformedBodyError

MAX_MESSAGES: Final = 1_000_000
"""Messages in a protobuf request: spans, events, links, attributes and values count one each."""

MAX_BRACKETS: Final = 2_000_000
"""Opening brackets and braces in a JSON request, also those inside of texts: telling them apart is as dear as parsing."""

_MESSAGE_BYTES: Final = 2
"""What the smallest message takes: a tag and its length."""

_NO_TAG: Final = bytes(byte for byte in range(256) if byte & 7 != 2)  # noqa: PLR2004 - the wire type of messages
"""What the tag of a message never begins with."""

_Fields = Mapping[int, Descriptor]


def check_protobuf(body: bytes, request: Descriptor, *, max_messages: int = MAX_MESSAGES) -> None:
    """Make sure that a request holds no more messages than it may.

    Raises:
        BodyTooLargeError: it holds more.
        MalformedBodyError: it is no protobuf.
    """
    if len(body) >= _MESSAGE_BYTES * max_messages and _most_messages(body) > max_messages:
        try:
            count = _count(body, request, max_messages)
        except IndexError as error:
            raise MalformedBodyError("the body is no OTLP request in protobuf") from error
        if count > max_messages:
            raise BodyTooLargeError(
                f"the body has more than {max_messages} spans, attributes and values: send fewer in a request"
            )


def check_json(body: bytes | bytearray, *, max_brackets: int = MAX_BRACKETS) -> None:
    """Make sure that a body has no more brackets and braces than it may.

    Raises:
        BodyTooLargeError: it has.
    """
    if len(body) > max_brackets and body.count(b"[") + body.count(b"{") > max_brackets:
        raise BodyTooLargeError(
            f"the body has more than {max_brackets} lists and objects: send fewer in a request"
        )


def _most_messages(body: bytes) -> int:
    """Return a bound that takes next to no time: every message has a tag."""
    return len(body.translate(None, _NO_TAG))


def _count(body: bytes, request: Descriptor, max_messages: int) -> int:
    """Count messages up to one more than `max_messages`; an IndexError tells of a body that ends too early."""
    count = 0
    waiting = [(0, len(body), request)]
    while waiting and count <= max_messages:
        place, end, descriptor = waiting.pop()
        fields = _messages_in(descriptor)
        while place < end and count <= max_messages:
            tag, place = _varint(body, place)
            size, place = _size(body, place, tag & 7)
            if tag & 7 == 2 and (inner := fields.get(tag >> 3)):  # noqa: PLR2004 - protobuf's wire type
                count += 1
                waiting.append((place, min(place + size, end), inner))
            place += size
    return count


@cache
def _messages_in(descriptor: Descriptor) -> _Fields:
    return {field.number: field.message_type for field in descriptor.fields if field.message_type}


def _size(body: bytes, place: int, wire_type: int) -> tuple[int, int]:
    """Return how many bytes the value of a field has, and where it begins."""
    match wire_type:
        case 0:
            return 0, _varint(body, place)[1]
        case 1:
            return 8, place
        case 2:
            return _varint(body, place)
        case 5:
            return 4, place
        case _:  # groups, which OTLP has none of
            raise IndexError


def _varint(body: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = body[place]
        place += 1
        value |= (byte & 127) << shift
        if byte < 128:  # noqa: PLR2004 - protobuf's varints
            return value, place
        shift += 7
