"""The progress bar, in a terminal of its own and without one."""

import os
import pty
import subprocess
import sys

from otel_bridge.api.evaluation.progress import nothing, progress_bar

PROGRAM = """
from otel_bridge.api.evaluation.progress import progress_bar
with progress_bar("cases") as told:
    told(3, 2)
"""


def test_without_a_terminal_nothing_is_shown() -> None:
    with progress_bar("cases") as told:
        assert told is nothing
        told(1, 1)


def test_in_a_terminal_the_cases_are_counted() -> None:
    ours, theirs = pty.openpty()
    command = ["/usr/bin/env", "TERM=xterm", "COLUMNS=80", sys.executable, "-c", PROGRAM]
    ended = subprocess.run(command, check=True, stderr=theirs, timeout=30)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    os.close(theirs)

    assert ended.returncode == 0
    assert "cases" in shown
    assert "2/3" in shown
