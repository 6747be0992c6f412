"""A copy of a file that an engine in this process has locked. It knows nothing of what stands in it.

The locks of POSIX belong to a process and a file: closing any descriptor of the file would give up the engine's lock. So the
descriptor that the copy reads stays open until the engine has closed its own.
"""

import os
from pathlib import Path
from typing import Final

_STEP: Final = 4 << 20


class LockedFile:
    """One file, read beside the engine that has it open. One thread at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def copy_to(self, target: Path) -> None:
        """Write the bytes of the file into a new one.

        Raises:
            OSError: one of them cannot be used, or there is no room.
        """
        if self._descriptor is None:
            self._descriptor = os.open(self._path, os.O_RDONLY)
        offset = 0
        with target.open("xb") as file:
            while data := os.pread(self._descriptor, _STEP, offset):
                file.write(data)
                offset += len(data)

    def close(self) -> None:
        """Let go of the file; the engine has done so before."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
