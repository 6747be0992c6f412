"""A small disk for the sidecar's data, and how it gets full."""

import errno
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

DISK_BYTES: Final = 384 << 20
"""Room for 50,000 rows with what the store's engine writes beside them."""

_STEP: Final = 1 << 20


def may_mount() -> bool:
    """Tell whether this user may."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            with small_disk(Path(folder) / "disk"):
                return True
        except PermissionError:
            return False


def run_where_mounting_is_allowed(arguments: Sequence[str]) -> None:
    """Go on as another program in a mount namespace of its own, where this user may mount; return where there is none."""
    prefix = ["unshare", "--user", "--map-root-user", "--mount"]
    if (
        shutil.which("unshare")
        and not subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode
    ):
        os.execvp(prefix[0], [*prefix, *arguments])  # noqa: S606 - no shell is wanted


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Mount a file system of `DISK_BYTES` on `folder`, which is made.

    Raises:
        PermissionError: this user may not mount; `unshare --user --map-root-user --mount` gives it the right.
    """
    folder.mkdir()
    options = f"size={DISK_BYTES},mode=0700"
    mounted = subprocess.run(
        ["/bin/mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        raise PermissionError(mounted.stderr.strip())
    try:
        yield folder
    finally:
        subprocess.run(["/bin/umount", str(folder)], check=True)


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Take every byte that is left, until the end."""
    ballast = disk / "ballast"
    descriptor = os.open(ballast, os.O_WRONLY | os.O_CREAT)
    try:
        size = 0
        step = _STEP
        while step:
            try:
                os.posix_fallocate(descriptor, size, step)
                size += step
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                step //= 2
        yield
    finally:
        os.close(descriptor)
        ballast.unlink()
