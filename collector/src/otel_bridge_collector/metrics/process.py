"""What the process itself takes. On other systems than Linux it does not know its memory."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

_STATM: Final = Path("/proc/self/statm")
_RESIDENT: Final = 1
"""The field of `statm` with resident pages. Source: proc(5)."""


class Process:
    """This process, since the object was made."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._start_s = now_s()

    def uptime_s(self) -> float:
        """Return the seconds since the start."""
        return self._now_s() - self._start_s

    def cpu_s(self) -> float:
        """Return the seconds of processor time."""
        return time.process_time()

    def rss_bytes(self) -> int | None:
        """Return the resident memory; None where it is not known."""
        try:
            pages = int(_STATM.read_text(encoding="ascii").split()[_RESIDENT])
        except (OSError, ValueError, IndexError):
            return None
        return pages * os.sysconf("SC_PAGE_SIZE")
