"""After a start: the records that a destination got last, so that delivery remembers what it knew before.

Spans that tell one call, or repeat each other's tokens, may come minutes apart, with a restart between them. What they
say together is known from the spool, which keeps delivered records for a while; nothing else has to be kept. It
translates nothing.
"""

from collections import deque
from collections.abc import Sequence
from typing import Final

from otel_bridge_collector.spool.record import Record
from otel_bridge_collector.spool.spool import Spool

MAX_RECORDS: Final = 2_000
"""Requests; exporters send one every few seconds, or for every few hundred spans."""

MAX_BYTES: Final = 8 << 20
"""Bytes of these requests: some two seconds of translation, during which the first delivery waits."""


def delivered_last(
    spool: Spool, next_seq: int, *, max_records: int = MAX_RECORDS, max_bytes: int = MAX_BYTES
) -> Sequence[Record]:
    """Return the newest trace records below `next_seq`, oldest first, as far as the limits allow.

    Raises:
        OSError: the spool cannot be read.
    """
    reader = spool.reader(max(next_seq - max_records, 0))
    kept: deque[Record] = deque()
    size = 0
    while chunk := [record for record in reader.read().records if record.seq < next_seq]:
        for record in chunk:
            if record.routing.signal == "traces":
                kept.append(record)
                size += len(record.payload)
        while size > max_bytes:
            size -= len(kept.popleft().payload)
    return kept
