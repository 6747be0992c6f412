"""Files that root makes in the data folder of another user: that user gets them, since the sidecar runs as it. It writes nothing."""

import os
import stat
from collections.abc import Iterable
from pathlib import Path


def give_to_owner(folder: Path, paths: Iterable[Path]) -> None:
    """Give files to the user and group of their folder, if root calls; others have made them as their own.

    Args:
        folder: whose owner gets them.
        paths: files in it; those that are not there, or that are no plain files of root, are left alone.
    """
    owner = folder.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        for path in paths:
            _give(path, owner)


def _give(path: Path, owner: os.stat_result) -> None:
    # The folder is in other hands: what lies at the path may lead to another file, and change while it is looked at.
    try:
        opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return
    try:
        found = os.fstat(opened)
        if stat.S_ISREG(found.st_mode) and found.st_nlink == 1 and found.st_uid == 0:
            os.fchown(opened, owner.st_uid, owner.st_gid)
    finally:
        os.close(opened)
