"""What the kernel says of the processor time of a process."""

import os
import time
from pathlib import Path
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_CPU_FIELDS: Final = slice(11, 13)
"""User and system time, counted behind the name of the program in `/proc/PID/stat`."""


def cpu_s(pid: int) -> float:
    """Return the seconds of processor time that a process and those that it has started have used, with all their threads."""
    return _own_cpu_s(pid) + sum(cpu_s(child) for child in _children(pid))


def _children(pid: int) -> list[int]:
    try:
        told = [each.read_text() for each in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:  # it has just ended
        return []
    return [int(child) for text in told for child in text.split()]


def _own_cpu_s(pid: int) -> float:
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
