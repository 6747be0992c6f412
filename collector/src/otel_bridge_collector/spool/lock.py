"""The lock of a data folder: two sidecars never share one. The kernel frees it when the process ends."""

import fcntl
import os
from pathlib import Path

from otel_bridge_collector.errors import SpoolError


class FolderLock:
    """Held from construction until `release`, or until the process ends in whatever way."""

    def __init__(self, folder: Path) -> None:
        """Take the lock of `folder`, which exists.

        Raises:
            SpoolError: another process has it, or the folder cannot be written.
        """
        path = folder / "lock"
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise SpoolError(f"cannot write to the data folder {folder}: {error.strerror}") from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._descriptor)
            message = (
                f"another sidecar uses the data folder {folder}: stop it, or name another with --data-dir"
            )
            raise SpoolError(message) from error

    def release(self) -> None:
        """Free the folder."""
        os.close(self._descriptor)
