"""A reader of the spool: durable records in order, from a sequence number on. It changes nothing on disk."""

import logging
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from otel_bridge_collector.spool.record import Record
from otel_bridge_collector.spool.segment import Segment, scan

logger = logging.getLogger(__name__)

MAX_BYTES: Final = 4 << 20
MAX_RECORDS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """What of the spool is durable at one moment.

    Attributes:
        segments: oldest first.
        end_seq: the number after the last durable record's.
    """

    segments: Sequence[Segment]
    end_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Consecutive records, possibly none, and the number to read on from."""

    records: Sequence[Record]
    next_seq: int


class Reader:
    """Reads on from where it stopped, without searching for the place again.

    Damaged bytes and missing records are passed over and reported in the log, each place once.
    """

    def __init__(self, extent: Callable[[], Extent], next_seq: int, *, max_bytes: int = MAX_BYTES) -> None:
        self._extent = extent
        self._max_bytes = max_bytes
        self._next_seq = next_seq
        self._marker = b""
        self._offset = 0

    def read(self, *, max_bytes: int | None = None, max_records: int = MAX_RECORDS) -> Chunk:
        """Return the next durable records: one where there is one, and more as far as the limits allow.

        Raises:
            OSError: the spool cannot be read.
        """
        extent = self._extent()
        max_bytes = self._max_bytes if max_bytes is None else max_bytes
        chunk: list[Record] = []
        size = 0
        with closing(self._records(extent)) as records:
            for record in records:
                chunk.append(record)
                size += len(record.payload)
                if size >= max_bytes or len(chunk) >= max_records:
                    return Chunk(records=chunk, next_seq=self._next_seq)
        self._next_seq = max(self._next_seq, extent.end_seq)
        return Chunk(records=chunk, next_seq=self._next_seq)

    def _records(self, extent: Extent) -> Generator[Record, None, None]:
        for segment in self._ahead(extent.segments):
            if segment.marker != self._marker:
                self._report_missing(segment.first_seq)
                self._marker, self._offset = segment.marker, 0
            for found in scan(segment, self._offset):
                self._move(segment, found.start, found.end)
                if found.record.seq >= self._next_seq:
                    self._next_seq = found.record.seq + 1
                    yield found.record
            self._move(segment, segment.size, segment.size)

    def _ahead(self, segments: Sequence[Segment]) -> Sequence[Segment]:
        passed = sum(segment.first_seq <= self._next_seq for segment in segments[1:])
        return segments[passed:]

    def _report_missing(self, first_seq: int) -> None:
        """Report numbers that no segment has, when it comes from the one before or from a place of its own."""
        if 0 < self._next_seq < first_seq:
            logger.error(
                "the spool has no records %d to %d: a segment is missing or cut, or they could not be written",
                self._next_seq, first_seq - 1,
            )  # fmt: skip

    def _move(self, segment: Segment, start: int, end: int) -> None:
        if start > self._offset:
            logger.error(
                "spool segment %s is damaged: %d bytes at %d skipped",
                segment.path.name, start - self._offset, self._offset,
            )  # fmt: skip
        self._offset = end
