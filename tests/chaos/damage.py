"""Bytes of the spool that are damaged while no sidecar runs, as a crash or a disk may damage them."""

import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from otel_bridge_collector.decode import native, protobuf
from otel_bridge_collector.errors import MalformedBodyError
from otel_bridge_collector.spool.record import Record, pack_record
from otel_bridge_collector.spool.segment import Segment, list_segments, scan


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """One byte that was changed.

    Attributes:
        segment: name of the file.
        ids: rows and spans in the record that it hit.
    """

    segment: str
    ids: frozenset[str]


def tear_tail(folder: Path, chance: Random) -> bool:
    """Leave a write unfinished at the end of the newest segment; nothing that was acknowledged is touched."""
    segments = list_segments(folder)
    records = [found.record for found in scan(segments[-1])] if segments else []
    if not records:
        return False
    last = records[-1]
    again = Record(seq=last.seq + 1, routing=last.routing, payload=last.payload)
    data = b"".join(pack_record(segments[-1].marker, again))
    with segments[-1].path.open("ab") as file:
        file.write(data[: chance.randrange(1, len(data))])
        file.write(secrets.token_bytes(chance.choice((0, 0, 1, 700))))
    return True


def flip_byte(folder: Path, chance: Random) -> Flip | None:
    """Change one byte of one intact record; None where there is no record."""
    segments = [segment for segment in list_segments(folder) if segment.size]
    if not segments:
        return None
    segment = chance.choice(segments[-2:])
    places = list(scan(segment))
    if not places:
        return None
    found = chance.choice(places[-5:])
    _change(segment, chance.randrange(found.start, found.end), chance)
    return Flip(segment=segment.path.name, ids=ids_of(found.record))


def ids_of(record: Record) -> frozenset[str]:
    """Return the ids of the spans and rows that a record holds."""
    if record.routing.signal == "rows":
        rows = native.unpack_rows(record.payload)
        return frozenset(str(row.get("id")) for row in rows)
    if record.routing.signal == "traces":
        with suppress(MalformedBodyError):
            return frozenset(span.span_id for span in protobuf.spans(protobuf.parse_traces(record.payload)))
    return frozenset()


def _change(segment: Segment, offset: int, chance: Random) -> None:
    with segment.path.open("r+b") as file:
        file.seek(offset)
        (old,) = file.read(1)
        file.seek(offset)
        file.write(bytes([old ^ chance.randrange(1, 256)]))
