"""The options of commands that ask a sidecar: where its API is, and how TLS is spoken there. It asks nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from otel_bridge_collector.cli.api_client import SHOWN_DEFAULT, TLS_OPTIONS, default_url

Command = Callable[..., Any]

_FILES: Final = {
    "client_key_file": ("--key-file", "Its key, PEM; else OTEL_BRIDGE_CLIENT_KEY_FILE."),
    "client_cert_file": (
        "--cert-file",
        "Our certificate, PEM, where the API asks for one; else OTEL_BRIDGE_CLIENT_CERT_FILE.",
    ),
    "ca_file": ("--ca-file", "Certificates to trust, PEM; else OTEL_BRIDGE_CA_FILE, those of the system."),
}
"""Setting of a client -> its option."""


def api_options(command: Command) -> Command:
    """Add the options to a command. It gets `url`; files of TLS are read from the context by `api_client.send`."""
    for name, (option, meaning) in _FILES.items():
        command = click.option(
            option,
            name,
            type=click.Path(dir_okay=False, path_type=Path),
            expose_value=False,
            callback=_remember,
            help=meaning,
        )(command)
    return click.option("--url", default=default_url, show_default=SHOWN_DEFAULT, help="The sidecar's API.")(
        command
    )


def _remember(context: click.Context, parameter: click.Parameter, path: Path | None) -> None:
    if path is not None and parameter.name:
        context.meta.setdefault(TLS_OPTIONS, {})[parameter.name] = path
