"""The data folder of a sidecar on this machine: who can read it, room on the disk, and how full the spool is."""

import shutil
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from otel_bridge_collector.doctor.finding import Finding, fine, skipped, wrong

NEARLY: Final = 0.8
"""Of what the spool may hold."""

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def check_folder(folder: Path, *, spool_max_bytes: int, min_free_bytes: int) -> list[Finding]:
    """Return what is found of a data folder.

    Args:
        folder: need not exist.
        spool_max_bytes: what the spool may hold.
        min_free_bytes: what the disk has to have free for requests to be taken.
    """
    if not folder.is_dir():
        return [skipped("data folder", f"there is no {folder} on this machine", "--data-dir DIR")]
    try:
        return [
            _permissions(folder),
            _disk(folder, min_free_bytes),
            _spool(folder / "spool", spool_max_bytes),
        ]
    except OSError as error:
        return [
            wrong(
                "data folder",
                f"{folder} cannot be read: {error.strerror}",
                f"run as the user of the sidecar, or chown -R USER {folder}",
            )
        ]


def _permissions(folder: Path) -> Finding:
    open_ones = sum(bool(path.stat().st_mode & _OTHERS) for path in (folder, *_files(folder)))
    if open_ones and folder.stat().st_mode & _OTHERS:
        return wrong(
            "permissions",
            f"others can reach {open_ones} files with prompts and answers in {folder}",
            f"chmod -R go= {folder}",
        )
    return fine("permissions", f"{folder} is for its own user alone")


def _disk(folder: Path, min_free_bytes: int) -> Finding:
    free = shutil.disk_usage(folder).free
    if free < 2 * min_free_bytes:
        return wrong(
            "disk",
            f"{_mib(free)} are free, and below {_mib(min_free_bytes)} requests are refused",
            "make room on the disk, or OTEL_BRIDGE_SPOOL_KEEP_BYTES=0",
        )
    return fine("disk", f"{_mib(free)} are free")


def _spool(folder: Path, max_bytes: int) -> Finding:
    size = sum(path.stat().st_size for path in _files(folder))
    if size > NEARLY * max_bytes:
        return wrong(
            "spool",
            f"it has {_mib(size)} of the {_mib(max_bytes)} that it may have",
            "otel-bridge-collector status, or OTEL_BRIDGE_SPOOL_MAX_BYTES",
        )
    return fine("spool", f"it has {_mib(size)} of {_mib(max_bytes)}")


def _files(folder: Path) -> Iterable[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def _mib(size: int) -> str:
    return f"{size / (1 << 20):,.0f} MiB"
