"""What the spool does when it opens: find its segments, cut off an unfinished write, take up the numbers.

Damage anywhere else stays where it is: readers pass over it and report it.
"""

import logging
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from otel_bridge_collector.spool.segment import Found, Segment, cut_tail, list_segments, scan

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """The state that a spool goes on from.

    Attributes:
        segments: those with records, oldest first.
        end_seq: the number after the last record's; 1 for a new spool.
        last_xact: the transaction of the last record; 0 when there is none.
    """

    segments: tuple[Segment, ...]
    end_seq: int
    last_xact: int


def recover(folder: Path) -> Recovered:
    """Bring `folder` into order after whatever ended the last process.

    Raises:
        OSError: the folder cannot be read or written.
    """
    segments = list_segments(folder)
    while segments:
        newest = segments[-1]
        last = _last_record(newest)
        if last is not None:
            segments[-1] = _cut(newest, last)
            record = last.record
            return Recovered(segments=tuple(segments), end_seq=record.seq + 1, last_xact=record.routing.xact)
        _cut(newest, last).path.unlink()
        segments.pop()
    return Recovered(segments=(), end_seq=1, last_xact=0)


def _last_record(segment: Segment) -> Found | None:
    return next(iter(deque(scan(segment), maxlen=1)), None)


def _cut(segment: Segment, last: Found | None) -> Segment:
    cut = cut_tail(segment, last)
    if cut.size < segment.size:
        logger.warning(
            "spool segment %s ended in an unfinished write: %d bytes cut off",
            segment.path.name, segment.size - cut.size,
        )  # fmt: skip
    return cut
