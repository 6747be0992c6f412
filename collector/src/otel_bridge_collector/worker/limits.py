"""What a process beside the sidecar puts itself under before it does anything: memory, open files, files that it writes, time."""

import ctypes
import os
import resource
import signal
import sys
from typing import Final

_NICE: Final = 10
_PR_SET_PDEATHSIG: Final = 1
"""Linux: be killed when the parent ends (prctl(2))."""

_OPEN_FILES: Final = 64


def limit(memory_bytes: int, cpu_s: int | None = None, *, nice: int = _NICE) -> None:
    """Limit this process for good; it is killed when the thread that began it ends, whatever it is computing.

    Args:
        memory_bytes: address space.
        cpu_s: seconds of processor time, or None for any.
        nice: how far it steps back behind other processes.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    os.nice(nice)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if cpu_s is not None:
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
