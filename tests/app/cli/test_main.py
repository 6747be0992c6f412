"""The command without a sub-command."""

import pytest

from otel_bridge.cli.main import main


def test_without_a_command_it_says_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([])

    assert ended.value.code == 2
    assert "usage: otel-bridge" in capsys.readouterr().err
