"""One limit of memory, shared out to what takes it: defaults of the settings that bound one part each. It measures nothing.

| part | share |
| --- | --- |
| the program itself, its libraries and buffers | `PROGRAM_MIB` |
| the store's engine | half of the rest |
| requests that are received and answered | a quarter of the rest |
| parsing and translation | the last quarter: a few requests at a time, each no larger than an eighth of the rest |
"""

from typing import Final

DEFAULT_LIMIT_MIB: Final = 2048
SMALLEST_LIMIT_MIB: Final = 384
"""The program, an engine that can sort a few thousand rows, and a request of 8 MiB."""

PROGRAM_MIB: Final = 256
"""Measured: 140 MB after the start, and what allocators keep."""

MESSAGE_BYTES: Final = 176
"""Of an empty span, which has two bytes in a request: measured."""

_MIB: Final = 1 << 20
_MOST_MESSAGES: Final = 1_000_000
_LARGEST_REQUEST_BYTES: Final = 64 * _MIB
_LARGEST_CHUNK_BYTES: Final = 4 * _MIB


def store_mb(limit_mib: int) -> int:
    """Return what the store's engine may use."""
    return _rest(limit_mib) // 2


def inflight_bytes(limit_mib: int) -> int:
    """Return how many bytes of requests may be in flight."""
    return _rest(limit_mib) * _MIB // 4


def request_bytes(limit_mib: int) -> int:
    """Return the size of the largest request: what is made of it takes several times as much."""
    return min(_LARGEST_REQUEST_BYTES, _rest(limit_mib) * _MIB // 16)


def waiting_bytes(limit_mib: int) -> int:
    """Return how many bytes may wait for the disk; they are in flight meanwhile."""
    return min(128 * _MIB, inflight_bytes(limit_mib))


def chunk_bytes(limit_mib: int) -> int:
    """Return how many bytes of requests a destination takes up at a time."""
    return min(_LARGEST_CHUNK_BYTES, _rest(limit_mib) * _MIB // 128)


def messages(limit_mib: int) -> int:
    """Return how many messages a request may hold, each of which may take `MESSAGE_BYTES` where it is parsed."""
    return min(_MOST_MESSAGES, _rest(limit_mib) * _MIB // 8 // MESSAGE_BYTES)


def _rest(limit_mib: int) -> int:
    return limit_mib - PROGRAM_MIB
