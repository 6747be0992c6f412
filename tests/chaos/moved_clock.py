"""The sidecar's real command with a clock that can be set while it runs: `python -m tests.chaos.moved_clock FILE ARGUMENTS...`.

FILE holds one double: by how many seconds the clock is off. Only what tells the time of day is moved; what measures time
(`time.monotonic`) is not, as with a system clock that an operator or NTP sets.
"""

import mmap
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from otel_bridge_collector.cli.main import main

_OFFSET: Final = struct.Struct("<d")


class MovedClock:
    """The file, as its writer sees it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.set(0.0)

    def set(self, offset_s: float) -> None:
        """Let the clock be off by so much from now on."""
        data = _OFFSET.pack(offset_s)
        if self.path.exists():
            with self.path.open("r+b") as file:  # in place: the sidecar has it mapped
                file.write(data)
        else:
            self.path.write_bytes(data)


def move_clock(path: Path) -> None:
    """Let this process see the time of day as `path` says."""
    with path.open("rb") as file:
        offset = mmap.mmap(file.fileno(), _OFFSET.size, access=mmap.ACCESS_READ)
    now_s: Callable[[], float] = time.time
    now_ns: Callable[[], int] = time.time_ns

    def offset_s() -> float:
        seconds: float = _OFFSET.unpack(offset[: _OFFSET.size])[0]
        return seconds

    time.time = lambda: now_s() + offset_s()
    time.time_ns = lambda: now_ns() + int(offset_s() * 1e9)


if __name__ == "__main__":
    move_clock(Path(sys.argv[1]))
    main(sys.argv[2:])
