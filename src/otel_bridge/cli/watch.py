"""`otel-bridge eval --watch`: run the same command in a process of its own, and again whenever a Python file changes.

A process of its own, since a module that was imported once is not read again.
"""

import logging
import shlex
import sys
from collections.abc import Collection, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from otel_bridge.errors import MissingExtraError

FLAG: Final = "--watch"


def watch(paths: Sequence[Path]) -> int:
    """Run and run again until Ctrl-C; return 0 then.

    Args:
        paths: files and folders that are evaluated; all Python files in the folders of those files, in those folders and in the current
            one are looked at.

    Raises:
        MissingExtraError: the extra `eval` is not installed.
    """
    watchfiles = _watchfiles()
    logging.getLogger("watchfiles").setLevel(
        logging.ERROR
    )  # that a run has ended, and Ctrl-C, are no warnings here
    folders = {Path.cwd(), *(path if path.is_dir() else path.parent for path in map(Path.resolve, paths))}
    command = shlex.join([sys.executable, *without_flag(sys.argv)])
    sys.stderr.write("Watching Python files; Ctrl-C ends it\n")
    watchfiles.run_process(
        *sorted(folders),
        target=command,
        target_type="command",
        watch_filter=watchfiles.PythonFilter(),
        callback=_tell,
    )
    return 0


def _tell(changes: Collection[object]) -> None:
    sys.stderr.write(f"{len(changes)} changed, running again\n")


def without_flag(arguments: Sequence[str]) -> list[str]:
    """Return the arguments of the command that runs once."""
    return [each for each in arguments if each != FLAG]


def _watchfiles() -> Any:
    try:
        return import_module("watchfiles")
    except ImportError as error:
        raise MissingExtraError(
            "--watch looks at files by watchfiles, which is not installed: pip install 'otel-bridge[eval]'"
        ) from error
