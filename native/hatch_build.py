"""Build the library (`src/`) into the package with cargo, when a wheel is built or an editable installation is made.

Run as a program, it does the same for an editable installation whose sources have changed.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT: Final = Path(__file__).parent
TARGET: Final = ROOT / "target"
BUILT: Final = TARGET / "release" / "libotel_bridge_native.so"
LIBRARY: Final = ROOT / "python" / "otel_bridge_native" / BUILT.name


class LibraryHook(BuildHookInterface[Any]):
    """Adds the built library to what hatchling packs: a wheel for this platform and any Python."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the library; the arguments are hatchling's."""
        del version
        build_library()
        build_data["artifacts"].append(f"/{LIBRARY.relative_to(ROOT).as_posix()}")  # git ignores it
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"


def build_library() -> None:
    """Build the library into the package; cargo does nothing where nothing has changed.

    Raises:
        OSError: there is no cargo, or something cannot be read or written.
        subprocess.SubprocessError: cargo failed; it has said why.
    """
    command = ["cargo", "build", "--release", "--offline", "--quiet", "--target-dir", str(TARGET)]
    subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603 - nothing of it comes from elsewhere
    if LIBRARY.is_file() and LIBRARY.read_bytes() == BUILT.read_bytes():
        return
    # Another file, not other bytes in the same: a process may run what is there.
    fresh = LIBRARY.with_suffix(f".{os.getpid()}")
    shutil.copyfile(BUILT, fresh)
    fresh.replace(LIBRARY)


if __name__ == "__main__":
    try:
        build_library()
    except (OSError, subprocess.SubprocessError) as error:
        sys.exit(str(error))
