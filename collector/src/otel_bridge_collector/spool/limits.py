"""How much a spool may hold, and what is said where it may not hold more. It knows no file, and enforces nothing."""

from dataclasses import dataclass
from typing import Final

from otel_bridge_collector.spool.reader import MAX_BYTES

FULL: Final = (
    "the spool is full: what it holds has to be delivered first; see `otel-bridge-collector status`, or give it more room"
    " (extensions.file_storage.max_size, OTEL_BRIDGE_SPOOL_MAX_BYTES)"
)
DISK_SHORT: Final = (
    "the disk of the data folder is short of room: {free} MiB are free, and {kept} MiB have to stay free"
    " (extensions.file_storage.min_free): delete something there, or lower OTEL_BRIDGE_SPOOL_MIN_FREE_BYTES"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolLimits:
    """How much the spool holds.

    Attributes:
        segment_bytes: a segment that has reached this is left for a new one.
        waiting_bytes: payload bytes that may wait for the disk; more are refused.
        keep_bytes: delivered segments stay, for a replay, while the spool is not larger than this.
        keep_s: delivered segments older than this go in any case.
        max_bytes: the segments together; what does not fit is refused, once nothing delivered is left to delete.
        min_free_bytes: bytes of the disk that stay free; what would take them is refused likewise.
        chunk_bytes: payload bytes that a reader takes up at a time, or one record.
    """

    segment_bytes: int = 64 << 20
    waiting_bytes: int = 128 << 20
    keep_bytes: int = 1 << 30
    keep_s: float = 7 * 86_400.0
    max_bytes: int = 16 << 30
    min_free_bytes: int = 0
    chunk_bytes: int = MAX_BYTES
