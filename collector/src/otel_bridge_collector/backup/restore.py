"""Restore: a new data folder from an archive, whole or not at all.

Everything is written into `restore.partial` in the new folder and checked there, and only then moved to its place. A sidecar
does not start in a folder that has one.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from otel_bridge_collector.backup.archive import Manifest, read_archive
from otel_bridge_collector.backup.formats import check_versions
from otel_bridge_collector.errors import BackupError, SpoolError
from otel_bridge_collector.spool.lock import FolderLock

PARTIAL: Final = "restore.partial"
_LOCK: Final = "lock"


def restore(archive: Path, folder: Path, *, passed: Callable[[int], object] = lambda _: None) -> Manifest:
    """Make the data folder that an archive holds.

    Args:
        archive: the file.
        folder: not there yet, or empty; it is left so when this raises.
        passed: told of the bytes that were written.

    Raises:
        BackupError: the archive or the folder cannot be used.
        OSError: a file cannot be read or written.
    """
    was_there = folder.exists()
    if was_there and (not folder.is_dir() or any(path.name != _LOCK for path in folder.iterdir())):
        raise BackupError(f"{folder} is not empty: name a folder that is not there yet")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        lock = FolderLock(folder)
    except SpoolError as error:
        raise BackupError(str(error)) from error
    try:
        return _restore_locked(archive, folder, passed)
    except BaseException:
        _empty(folder)
        if not was_there:
            folder.rmdir()
        raise
    finally:
        lock.release()


def check_restored(folder: Path) -> None:
    """See that no restore has left a folder half done.

    Raises:
        BackupError: one has.
    """
    if (folder / PARTIAL).exists():
        raise BackupError(
            f"a restore into {folder} did not end: remove the folder, and restore the archive again"
        )


def _restore_locked(archive: Path, folder: Path, passed: Callable[[int], object]) -> Manifest:
    partial = folder / PARTIAL
    partial.mkdir(mode=0o700)
    with archive.open("rb") as stream:
        manifest = read_archive(stream, into=partial, passed=passed)
    check_versions(manifest.versions)
    for below in (*partial.rglob("*/"), partial):
        _sync(below)
    for path in partial.iterdir():
        path.rename(folder / path.name)
    _sync(folder)
    partial.rmdir()
    _sync(folder)
    return manifest


def _empty(folder: Path) -> None:
    for path in sorted(folder.iterdir(), key=lambda each: each.name == PARTIAL):
        # The mark of what is half done goes last.
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
