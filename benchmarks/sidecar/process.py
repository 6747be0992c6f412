"""What the kernel says of the processor time of a process."""

import os
import time
from pathlib import Path
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_CPU_FIELDS: Final = slice(11, 13)
"""User and system time, counted behind the name of the program in `/proc/PID/stat`."""
_ENDED_CPU_FIELDS: Final = slice(13, 15)
"""The same of the processes that it has begun and that have ended."""


def cpu_s(pid: int) -> float:
    """Return the seconds of processor time that a process and those that it has started have used, with all their threads."""
    ended_s = _cpu_s(pid, _ENDED_CPU_FIELDS)
    return own_cpu_s(pid) + ended_s + sum(cpu_s(child) for child in _children(pid))


def own_cpu_s(pid: int) -> float:
    """Return the seconds of processor time that a process has used, without those that it has started."""
    return _cpu_s(pid, _CPU_FIELDS)


def _children(pid: int) -> list[int]:
    try:
        told = [each.read_text() for each in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:  # it has just ended
        return []
    return [int(child) for text in told for child in text.split()]


def _cpu_s(pid: int, which: slice) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[which])) / _TICKS


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
