"""One record of the spool: its values and its bytes. It reads and writes no file.

All numbers are little-endian:

| offset | bytes | field |
| --- | --- | --- |
| 0 | 8 | marker: the random number in the segment's name |
| 8 | 8 | sequence number |
| 16 | 4 | length of the routing |
| 20 | 4 | length of the payload |
| 24 | 4 | CRC-32 of routing and payload |
| 28 | 4 | CRC-32 of bytes 0 to 27 |
| 32 | | routing, compact JSON |
| | | payload |

The head has its own checksum, so that a damaged payload still tells where the next record begins. The marker
lets a reader find the next record behind a damaged head; being random, it stands in no payload by intent.

A field that comes to the routing has a default, for the records before it, and raises `format.SPOOL_VERSION`, so that a release
which does not know it refuses the folder. Fields that nobody here knows are passed over.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final, Literal, TypeAlias

import orjson
from isal.isal_zlib import crc32  # pyright: ignore[reportUnknownVariableType]  # its stubs leave the bytes open

from otel_bridge_collector.decode.sender import Sender

Signal: TypeAlias = Literal["traces", "logs", "rows"]

CANARY_PROJECT: Final = "otel-bridge-canary"
"""The id of the project that the sidecar's own requests go to, and nobody else's."""

MARKER_SIZE: Final = 8
_FIELDS: Final = struct.Struct("<8sQIII")
_CHECKSUM: Final = struct.Struct("<I")
HEAD_SIZE: Final = _FIELDS.size + _CHECKSUM.size


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """What the sidecar knows about a request beside its bytes.

    Attributes:
        signal: what the payload is: an OTLP trace or log request in protobuf, or a JSON list of rows.
        parent: the request's parent string or slug; None when it named none.
        xact: the transaction that the request's rows belong to (`store.xact`); the spool gives it, and until then it is 0.
        received_ns: when the request arrived, Unix nanoseconds.
        projects: ids of the projects that its sender reaches; None for all.
        receipt: what its sender says of all its spans (`otel_bridge.contract.receipt`), as it was received; None without.
        senders: whose spans it holds; None for other signals.
    """

    signal: Signal
    parent: str | None
    xact: int = 0
    received_ns: int
    projects: Sequence[str] | None = None
    receipt: str | None = None
    senders: Sequence[Sender] | None = None

    @property
    def is_canary(self) -> bool:
        """Whether the sidecar sent it to itself, to see that it is masked; no destination but the store gets it."""
        return self.projects is not None and list(self.projects) == [CANARY_PROJECT]


_ROUTING: Final = tuple(each.name for each in fields(Routing))


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One request in the spool; sequence numbers grow, and may leave gaps."""

    seq: int
    routing: Routing
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The fixed-size front of a record."""

    seq: int
    routing_size: int
    payload_size: int
    body_checksum: int

    @property
    def size(self) -> int:
        """Bytes of the whole record."""
        return HEAD_SIZE + self.routing_size + self.payload_size


def record_size(routing: Routing, payload: bytes) -> int:
    """Return how many bytes a record takes."""
    return HEAD_SIZE + len(orjson.dumps(routing)) + len(payload)


def pack_record(marker: bytes, record: Record) -> list[bytes]:
    """Return the record's bytes in parts, so that a large payload is not copied here."""
    routing = orjson.dumps(record.routing)
    checksum = crc32(record.payload, crc32(routing))
    fields = _FIELDS.pack(marker, record.seq, len(routing), len(record.payload), checksum)
    return [fields, _CHECKSUM.pack(crc32(fields)), routing, record.payload]


def routing_frame(parent: str | None, projects: Sequence[str] | None) -> tuple[bytes, bytes]:
    """Return what stands in the routing of trace requests around what differs from one to the next.

    The first part ends where the transaction follows; behind `TRANSACTION,"received_ns":TIME` the second one does, which ends where
    the receipt follows, in JSON, and `,"senders":` with those in JSON, and a brace.
    """
    routing = Routing(signal="traces", parent=parent, xact=0, received_ns=0, projects=projects)
    front, _, rest = orjson.dumps(routing).partition(b'"xact":0,"received_ns":0')
    return front + b'"xact":', rest.removesuffix(b'null,"senders":null}')


def unpack_head(data: bytes) -> Head | None:
    """Read the first `HEAD_SIZE` bytes of a record; None when they are damaged or too few."""
    if len(data) < HEAD_SIZE or _CHECKSUM.unpack_from(data, _FIELDS.size)[0] != crc32(data[: _FIELDS.size]):
        return None
    _, seq, routing_size, payload_size, body_checksum = _FIELDS.unpack_from(data)
    return Head(seq=seq, routing_size=routing_size, payload_size=payload_size, body_checksum=body_checksum)


def unpack_body(head: Head, body: bytes) -> Record | None:
    """Read what follows `head`; None when it is damaged or too short."""
    if crc32(body) != head.body_checksum or len(body) != head.routing_size + head.payload_size:
        return None
    said = orjson.loads(body[: head.routing_size])
    routing = Routing(**{name: said[name] for name in _ROUTING if name in said})
    return Record(seq=head.seq, routing=routing, payload=body[head.routing_size :])
