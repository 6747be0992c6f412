"""Finding requests in the spool by bytes that stand in them. It understands no request, and has no index."""

from collections import deque
from collections.abc import Sequence
from typing import Final

from otel_bridge_collector.spool.reader import Reader
from otel_bridge_collector.spool.record import Record

MOST: Final = 1_000


def records_with(reader: Reader, part: bytes, *, most: int = MOST) -> Sequence[Record]:
    """Return the newest records ahead of `reader` whose payload has `part`, oldest first.

    It reads everything that the spool keeps: a second or so for each GiB.

    Raises:
        OSError: the spool cannot be read.
    """
    found: deque[Record] = deque(maxlen=most)
    while records := reader.read().records:
        found.extend(record for record in records if part in record.payload)
    return found
