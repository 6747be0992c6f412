"""How many processors this process may use at once."""

import os
from pathlib import Path
from typing import Final

_QUOTA: Final = Path("/sys/fs/cgroup/cpu.max")


def usable_cores(quota: Path = _QUOTA) -> float:
    """Return how many processors' time this process may use: those that it may run on, or what its container gets of them.

    Args:
        quota: where the container's share stands, as `MICROSECONDS PERIOD` or `max PERIOD` (cgroup v2, cpu.max).
    """
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    try:
        share, period = quota.read_text().split()
        return min(cores, int(share) / int(period))
    except (OSError, ValueError):  # no container, none of Linux's, or without a limit
        return cores
