"""What senders wrote, on a terminal."""

import json
import os
import pty
import subprocess
import sys
from typing import Final

import pytest

from otel_bridge_collector.cli.terminal import json_text, printable

EVIL: Final = "a\x1b[2J\x1b]0;title\x07\x9b31m\r\x08\x7fb"
SHOWN: Final = r"a\x1b[2J\x1b]0;title\x07\x9b31m\r\x08\x7fb"


def test_a_terminal_is_told_nothing_by_what_it_shows() -> None:
    assert printable(EVIL) == SHOWN
    assert printable("one\ttwo\nthree ü 日本") == "one\ttwo\nthree ü 日本"


def test_json_is_the_same_value_and_has_no_control_characters() -> None:
    text = json_text({"a": EVIL, "ü": 1})

    assert json.loads(text) == {"a": EVIL, "ü": 1}
    assert printable(text) == text
    assert "ü" in text


@pytest.mark.parametrize(
    "code", ["print_table(['a'], [[{evil!r}]])", "print_whole_table(['a'], [[{evil!r}]])"]
)
def test_tables_show_it(code: str) -> None:
    program = f"from otel_bridge_collector.cli.table import *; {code.format(evil=EVIL)}"

    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert SHOWN in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize(("is_terminal", "expected"), [(True, SHOWN), (False, EVIL)])
def test_a_file_gets_it_as_it_is(*, is_terminal: bool, expected: str) -> None:
    program = f"import os; from otel_bridge_collector.cli.terminal import printed; os.write(2, printed({EVIL!r}).encode())"
    ours, theirs = pty.openpty()
    try:
        stdout = theirs if is_terminal else subprocess.DEVNULL
        done = subprocess.run(
            [sys.executable, "-c", program], stdout=stdout, stderr=subprocess.PIPE, check=True
        )
    finally:
        os.close(ours)
        os.close(theirs)

    assert done.stderr.decode() == expected
