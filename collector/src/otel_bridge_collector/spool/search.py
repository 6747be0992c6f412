"""Finding requests in the spool by bytes that stand in them. It understands no request, and has no index."""

from collections import deque
from collections.abc import Sequence
from typing import Final

from otel_bridge_collector.spool.reader import Reader
from otel_bridge_collector.spool.record import Record

MAX_BYTES: Final = 64 << 20


def records_with(reader: Reader, part: bytes, *, max_bytes: int = MAX_BYTES) -> Sequence[Record]:
    """Return the newest records ahead of `reader` whose payload has `part`, oldest first.

    It reads everything that the spool keeps: a second or so for each GiB. At least one record comes, where there is
    one, and more as far as the limit allows.

    Raises:
        OSError: the spool cannot be read.
    """
    found: deque[Record] = deque()
    size = 0
    while records := reader.read().records:
        for record in records:
            if part in record.payload:
                found.append(record)
                size += len(record.payload)
        while size > max_bytes and len(found) > 1:
            size -= len(found.popleft().payload)
    return found
