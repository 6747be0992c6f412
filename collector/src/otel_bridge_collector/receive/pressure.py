"""Memory pressure: while the process takes more memory than it may, requests come in one at a time. It frees nothing of others.

What each part may take is bounded (`config.budget`), but nobody bounds their sum, nor what allocators keep: so the sum is looked at.
As the Collector's memory_limiter, it says "later" above the limit; other than there, one request at a time still gets through, so that
memory which is never given back cannot end everything.
"""

import asyncio
import ctypes
import gc
import logging
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, NoReturn

from otel_bridge_collector.receive.admission import Admission

logger = logging.getLogger(__name__)

_LOOK_EVERY_S: Final = 0.05
_TRIM_EVERY_S: Final = 1.0
_SOFT_SHARE: Final = 0.85
"""Of the limit: above it requests wait, since those that are being answered still grow."""

_M_ARENA_MAX: Final = -8
_ARENAS: Final = 2


def resident_bytes() -> int:
    """Return the memory that the process takes; 0 where the system does not tell (it is not Linux)."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def share_arenas() -> None:
    """Let all threads allocate from a few arenas: glibc gives each a heap of its own, and keeps what was freed in it.

    Other C libraries have no such thing.
    """
    if sys.platform == "linux" and (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)):
        mallopt(_M_ARENA_MAX, _ARENAS)


def give_back() -> None:
    """Give memory that nobody uses back to the system."""
    gc.collect()
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):
        trim(0)


async def relieve_pressure(
    admission: Admission,
    max_bytes: int,
    *,
    resident: Callable[[], int] = resident_bytes,
    look_every_s: float = _LOOK_EVERY_S,
) -> NoReturn:
    """Hold requests back while the process takes more than it may; runs until it is cancelled.

    Args:
        admission: what lets requests in.
        max_bytes: of the process.
        resident: tells what it takes now.
        look_every_s: how often it is asked.
    """
    trimmed_at = 0.0
    soft_bytes = int(max_bytes * _SOFT_SHARE)
    while True:
        is_over = resident() > soft_bytes
        if is_over and time.monotonic() - trimmed_at > _TRIM_EVERY_S:
            await asyncio.to_thread(give_back)
            trimmed_at = time.monotonic()
            is_over = resident() > soft_bytes
        if is_over and not admission.is_pressed:
            logger.warning(
                "memory is short (%d MiB of %d MiB): requests come in one at a time, the others are asked to come back",
                resident() >> 20,
                max_bytes >> 20,
            )
        admission.press(is_pressed=is_over)
        await asyncio.sleep(look_every_s)
