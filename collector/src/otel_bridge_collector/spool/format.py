"""Which format the files of a folder have: stated in the folder's file `version`. It reads none of the other files.

A file of the spool cannot state it itself: a segment has no header (docs/decisions/0005-spool-format.md), and a cursor is one
number. A folder without the file is of version 1, as all were before there was one.
"""

import os
from pathlib import Path
from typing import Final

from otel_bridge_collector.errors import SpoolError

SPOOL_VERSION: Final = 2
"""Segments as in `spool/record.py`; since 2 the routing may say `receipt` and `senders`, at which version 1 stumbled."""

DELIVERY_VERSION: Final = 1
"""Cursors, dead letters and running replays. Version 1 passes over what it does not know of a dead letter's routing."""

_FILE: Final = "version"


def claim_format(folder: Path, version: int) -> None:
    """See that this release can read a folder, and state there the format that it will write from now on.

    Args:
        folder: exists, and belongs to this process alone.
        version: the format that this release writes; it reads every earlier one.

    Raises:
        SpoolError: the folder is of a newer version, or cannot be read or written.
    """
    try:
        stated = read_format(folder)
        if stated is None or stated < version:
            _state(folder, version)
    except OSError as error:
        raise SpoolError(f"cannot use {folder}: {error.strerror}") from error
    if stated is not None and stated > version:
        raise SpoolError(
            f"the files in {folder} are of version {stated}, and this release knows up to {version}:"
            " use the newer release that wrote them, or restore a backup that this release can read"
        )


def read_format(folder: Path) -> int | None:
    """Return the format that a folder states; None where it states none.

    Raises:
        OSError: the file cannot be read.
    """
    try:
        text = (folder / _FILE).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    # A machine that lost its power may leave the file empty.
    return int(text) if text.isdecimal() else None


def _state(folder: Path, version: int) -> None:
    written = folder / f"{_FILE}.new"
    with written.open("w", encoding="ascii") as file:
        file.write(f"{version}\n")
        file.flush()
        os.fsync(file.fileno())
    written.replace(folder / _FILE)
    # Nothing may become durable in the new format before its version has.
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
