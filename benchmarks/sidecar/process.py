"""What the kernel says of the processor time of a process."""

import os
import time
from pathlib import Path
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_CPU_FIELDS: Final = slice(11, 13)
"""User and system time, counted behind the name of the program in `/proc/PID/stat`."""


def cpu_s(pid: int) -> float:
    """Return the seconds of processor time that a process has used with all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[_CPU_FIELDS])) / _TICKS


def quiet(pid: int, *, timeout_s: float = 120.0) -> None:
    """Wait until a process works no more."""
    end_s = time.monotonic() + timeout_s
    before = cpu_s(pid)
    while time.monotonic() < end_s:
        time.sleep(0.5)
        now = cpu_s(pid)
        if now - before < 0.03:  # noqa: PLR2004 - what it does when idle
            return
        before = now
