"""Export slugs: the text by which one process names a span or an object of another.

Source: `braintrust` 0.47.0, `span_identifier_v4.py` and its predecessors (spec/translation.md section 1.9).
A slug is base64 of: version byte, object type byte, count, then count times (field byte + raw bytes), then
JSON of everything else or nothing. Version 4 is written; 1 to 4 are read.
"""

import base64
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from otel_bridge.contract.row import Json

_VERSION: Final = 4
_UUID_BYTES: Final = 16
_TEXTS: Final = ("object_id", "row_id", "span_id", "root_span_id")
_OBJECTS: Final = ("compute_object_metadata_args", "propagated_event")
_V4_FIELDS: Final = {3: ("span_id", 8), 4: ("root_span_id", 16)}
_V3_FIELDS: Final = {1: "object_id", 2: "row_id", 3: "span_id", 4: "root_span_id"}


class SlugError(ValueError):
    """The text is not an export slug."""


class ObjectType(IntEnum):
    """What a slug points into; the number is the byte on the wire."""

    EXPERIMENT = 1
    PROJECT_LOGS = 2
    PLAYGROUND_LOGS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanComponents:
    """What a slug says.

    Attributes:
        object_type: the kind of object.
        object_id: its id, or None when only `compute_object_metadata_args` tells which it is.
        compute_object_metadata_args: `{"project_name": ..., "project_id": ...}` where the sender knew no id.
        row_id: key of the row; None for a slug of a whole object.
        span_id: 16 hex digits (or a UUID in old slugs); given exactly when `row_id` is.
        root_span_id: 32 hex digits (or a UUID in old slugs); given exactly when `row_id` is.
        propagated_event: fields that every descendant inherits.
    """

    object_type: ObjectType
    object_id: str | None = None
    compute_object_metadata_args: Mapping[str, Json] | None = None
    row_id: str | None = None
    span_id: str | None = None
    root_span_id: str | None = None
    propagated_event: Mapping[str, Json] | None = None

    def encode(self) -> str:
        """Write the slug, version 4."""
        rest: dict[str, Json] = {}
        fields: list[bytes] = []
        for field_byte, (name, size) in _V4_FIELDS.items():
            value = getattr(self, name)
            raw = _hex_bytes(value, size)
            if raw is not None:
                fields.append(bytes([field_byte]) + raw)
            elif value is not None:
                rest[name] = value
        for name in ("object_id", "compute_object_metadata_args", "row_id", "propagated_event"):
            value = getattr(self, name)
            if value is not None:
                rest[name] = value
        head = bytes([_VERSION, int(self.object_type), len(fields)])
        tail = json.dumps(rest, separators=(",", ":")).encode() if rest else b""
        return base64.b64encode(head + b"".join(fields) + tail).decode("ascii")

    @classmethod
    def decode(cls, slug: str) -> "SpanComponents":
        """Read a slug of any version.

        Raises:
            SlugError: `slug` is no slug; the message is Braintrust's.
        """
        try:
            raw = base64.b64decode(slug, validate=True)
            values = _read(raw)
            _check_types(values)
            components = cls(object_type=ObjectType(raw[1]), **values)  # type: ignore[arg-type]  # checked before
        except (ValueError, TypeError, IndexError, KeyError, RecursionError) as error:
            message = (
                f"SpanComponents string is not properly encoded. This library supports encoding versions up to {_VERSION}."
                " Please make sure the SDK library used to decode the SpanComponents is at least as new as any library"
                " used to encode it."
            )
            raise SlugError(message) from error
        return components


def _hex_bytes(value: object, size: int) -> bytes | None:
    if not isinstance(value, str) or len(value) != 2 * size:
        return None
    try:
        return bytes.fromhex(value)
    except ValueError:
        return None


def _read(raw: bytes) -> dict[str, Json]:
    match raw[0]:
        case 1:
            return _read_v1(raw)
        case 2:
            return _read_v2(raw)
        case 3 | 4:
            return _read_fields(raw)
        case version:
            raise SlugError(f"unknown slug version {version}")


def _read_fields(raw: bytes) -> dict[str, Json]:
    """Versions 3 and 4: tagged ids, then JSON. Version 3 holds every id that is a UUID as its 16 bytes."""
    is_v4 = raw[0] == _VERSION
    values: dict[str, Json] = {}
    offset = 3
    for _ in range(raw[2]):
        name, size = _V4_FIELDS[raw[offset]] if is_v4 else (_V3_FIELDS[raw[offset]], _UUID_BYTES)
        part = raw[offset + 1 : offset + 1 + size]
        if len(part) != size:
            raise SlugError("the slug ends inside an id")
        values[name] = part.hex() if is_v4 else str(uuid.UUID(bytes=part))
        offset += 1 + size
    return values | _known(raw[offset:])


def _read_v1(raw: bytes) -> dict[str, Json]:
    """Layout: 1, object type, has row, row id is UUID, object id, then the row ids."""
    values: dict[str, Json] = {"object_id": _uuid_at(raw, 4)}
    return values | (_row_ids(raw, offset=20, row_id_is_uuid=raw[3] == 1) if raw[2] else {})


def _read_v2(raw: bytes) -> dict[str, Json]:
    """Layout: 2, object type, has object id, has compute args, has row, row id is UUID, then those parts.

    The compute args are JSON behind their length in four bytes, big-endian.
    """
    values: dict[str, Json] = {}
    offset = 6
    if raw[2]:
        values["object_id"] = _uuid_at(raw, offset)
        offset += _UUID_BYTES
    if raw[3]:
        length = int.from_bytes(raw[offset : offset + 4], "big")
        values["compute_object_metadata_args"] = json.loads(raw[offset + 4 : offset + 4 + length])
        offset += 4 + length
    return values | (_row_ids(raw, offset=offset, row_id_is_uuid=raw[5] == 1) if raw[4] else {})


def _row_ids(raw: bytes, *, offset: int, row_id_is_uuid: bool) -> dict[str, Json]:
    tail = offset + 2 * _UUID_BYTES
    return {
        "span_id": _uuid_at(raw, offset),
        "root_span_id": _uuid_at(raw, offset + _UUID_BYTES),
        "row_id": _uuid_at(raw, tail) if row_id_is_uuid else raw[tail:].decode(),
    }


def _uuid_at(raw: bytes, offset: int) -> str:
    return str(uuid.UUID(bytes=raw[offset : offset + _UUID_BYTES]))


def _known(tail: bytes) -> dict[str, Json]:
    """Unknown keys, which a newer SDK may write, are ignored."""
    rest: Json = json.loads(tail) if tail else {}
    if not isinstance(rest, dict):
        raise SlugError("behind its ids the slug has no JSON object")
    return {name: rest[name] for name in (*_TEXTS, *_OBJECTS) if rest.get(name) is not None}


def _check_types(values: Mapping[str, Json]) -> None:
    """Make sure that each value is of the type that `SpanComponents` names."""
    for name, value in values.items():
        if value is not None and not isinstance(value, str if name in _TEXTS else dict):
            raise SlugError(f"{name} of the slug is of another type")
