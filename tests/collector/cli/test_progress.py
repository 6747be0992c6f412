"""Progress of long work."""

import pytest

from otel_bridge_collector.cli.progress import progress


def test_without_a_terminal_nothing_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("working", 3) as advance:
        advance(3)

    shown = capsys.readouterr()
    assert (shown.out, shown.err.strip()) == ("", "")
