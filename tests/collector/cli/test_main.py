"""The command itself, as a user meets it first."""

from click.testing import CliRunner

from otel_bridge_collector.cli.main import main

PROMISED = {
    "serve",
    "translate",
    "query",
    "tail",
    "explain",
    "validate",
    "audit-mask",
    "doctor",
    "keys",
    "export",
    "replay",
}
"""The contract that scripts of users rely on."""


def test_help_lists_every_command() -> None:
    shown = CliRunner().invoke(main, ["--help"]).output

    assert [name for name in main.commands if f"\n  {name} " not in shown] == []
    assert main.commands.keys() >= PROMISED


def test_an_unknown_command_is_wrong_usage() -> None:
    result = CliRunner().invoke(main, ["server"])

    assert result.exit_code == 2
    assert "No such command 'server'" in result.output
