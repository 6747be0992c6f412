"""The command itself, as a user meets it first."""

from click.testing import CliRunner

from otel_bridge_collector.cli.main import main


def test_help_lists_every_command() -> None:
    shown = CliRunner().invoke(main, ["--help"]).output

    assert [name for name in sorted(main.commands) if f"\n  {name} " in shown] == [
        "explain",
        "export",
        "import",
        "keys",
        "print-config",
        "query",
        "replay",
        "serve",
        "status",
        "tail",
        "translate",
        "validate",
    ]


def test_an_unknown_command_is_wrong_usage() -> None:
    result = CliRunner().invoke(main, ["server"])

    assert result.exit_code == 2
    assert "No such command 'server'" in result.output
