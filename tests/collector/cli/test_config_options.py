"""The options that several commands share."""

import click
from click.testing import CliRunner

from otel_bridge_collector.cli.config_options import config_options


def test_both_options_may_be_given_several_times() -> None:
    @click.command()
    @config_options
    def command(files: tuple[str, ...], assignments: tuple[str, ...]) -> None:
        click.echo(f"{files} {assignments}")

    result = CliRunner().invoke(command, ["--config", "a", "--config", "b", "--set", "c=1", "--set", "d=2"])

    assert result.stdout == "('a', 'b') ('c=1', 'd=2')\n"
