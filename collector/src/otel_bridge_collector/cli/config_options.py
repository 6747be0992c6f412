"""The options `--config` and `--set`, which several commands share. It reads no configuration."""

from collections.abc import Callable
from typing import Any

import click

Command = Callable[..., Any]


def config_options(command: Command) -> Command:
    """Add the options to a command."""
    command = click.option(
        "--set",
        "assignments",
        multiple=True,
        metavar="PATH=VALUE",
        help="One setting of the configuration, over the files; may be given several times.",
    )(command)
    return click.option(
        "--config",
        "files",
        multiple=True,
        metavar="FILE",
        help="A configuration in YAML, or `yaml:TEXT`; of several the later ones count more.",
    )(command)
