"""`serve`: arguments and signals in, the ready line out; the sidecar itself is `app.serve`.

What the sidecar needs is imported when it is started: it takes half a second that no other command should wait for.
"""

import asyncio
import json
import logging
import os
import signal
from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from otel_bridge_collector.cli.config_options import config_options
from otel_bridge_collector.errors import SettingsError, SpoolError, StoreError
from otel_bridge_collector.log_lines import log_to_stderr

if TYPE_CHECKING:
    from otel_bridge_collector.app import Ready
    from otel_bridge_collector.settings import Settings

logger = logging.getLogger(__name__)

_PRIVATE: Final = 0o077
"""The umask: what the sidecar makes is for its own user, since prompts and answers stand in it."""

_FILE: Final = click.Path(dir_okay=False, path_type=Path)


@click.command()
@config_options
@click.option(
    "--data-dir", type=click.Path(file_okay=False, path_type=Path), help="Where spool and store live."
)
@click.option("--otlp-grpc", metavar="HOST:PORT", help="OTLP over gRPC; 127.0.0.1:4317 unless given.")
@click.option("--otlp-http", metavar="HOST:PORT", help="OTLP over HTTP; 127.0.0.1:4318 unless given.")
@click.option("--api", metavar="HOST:PORT", help="The API; 127.0.0.1:8585 unless given.")
@click.option(
    "--health-check",
    metavar="HOST:PORT",
    help="Probes on a port of their own, also while it starts and stops.",
)
@click.option("--tls-cert-file", type=_FILE, help="The certificate of all ports, PEM: they speak TLS.")
@click.option("--tls-key-file", type=_FILE, help="Its key, PEM.")
@click.option(
    "--tls-client-ca-file",
    type=_FILE,
    help="Who signs clients' certificates, PEM: others get no answer (mTLS).",
)
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    help="From which level on it logs; info unless given.",
)
@click.option(
    "--log-encoding",
    type=click.Choice(["console", "json"]),
    help="How: lines for people, or one JSON object a line; console unless given.",
)
@click.option("--require-keys", is_flag=True, help="Answer nobody without a key, even while there is none.")
@click.option(
    "--allow-anyone",
    is_flag=True,
    help="Listen on an address that others reach, without any key: they can read and write.",
)
def serve(
    files: tuple[str, ...], assignments: tuple[str, ...], **arguments: "Path | str | bool | None"
) -> None:
    """Take OTLP, keep it durably, answer queries; until SIGTERM or SIGINT. SIGHUP reads the configuration again.

    Port 0 takes any free port. When it can take traffic it prints one line of JSON with the addresses.

    While there is no key, every process of this machine can read and write, and ports that others reach are refused. As soon
    as one was made (otel-bridge-collector keys create), every request needs one. On 127.0.0.1, localhost or [::1] the HTTP
    ports answer only who asks for them under such a name. Files are private to the user.

    \b
    otel-bridge-collector serve
    otel-bridge-collector serve --data-dir ./data --otlp-http 0.0.0.0:4318
    otel-bridge-collector serve --tls-cert-file cert.pem --tls-key-file key.pem
    otel-bridge-collector serve --config config.yaml --set service.telemetry.logs.level=debug
    """  # noqa: D301 - click reads \b as: keep these lines
    from otel_bridge_collector.settings import config_sources, load_settings  # noqa: PLC0415 - see above

    os.umask(_PRIVATE)
    try:
        # A flag that is not given leaves the word to its variable.
        given = {name: value or None for name, value in arguments.items()}
        sources = config_sources(files, assignments)
        load = partial(load_settings, sources, **given)
        settings = load()
        log_to_stderr(settings.log_level, settings.log_encoding)
        asyncio.run(_serve(settings, load, sources.files))
    except (SettingsError, SpoolError, StoreError) as error:
        raise click.ClickException(str(error)) from error


def _log_start(settings: "Settings", files: "Sequence[str]") -> None:
    """Say what starts; a configuration given as text is not shown, since it may hold secrets."""
    named = ", ".join("text of --config" if file.startswith("yaml:") else file for file in files) or "no file"
    program = "otel-bridge-collector"
    logger.info(
        "%s %s starts; data folder %s; configuration: %s",
        program,
        version(program),
        settings.data_dir,
        named,
    )


async def _serve(settings: "Settings", load: "Callable[[], Settings]", files: "Sequence[str]") -> None:
    from otel_bridge_collector import app  # noqa: PLC0415 - see above
    from otel_bridge_collector.garbage import search_rarely  # noqa: PLC0415 - likewise
    from otel_bridge_collector.stages.reloading import Reloading  # noqa: PLC0415 - likewise
    from otel_bridge_collector.turns import take_short_turns  # noqa: PLC0415 - likewise

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    reloading = Reloading(requested=asyncio.Event(), load=load)
    loop.add_signal_handler(signal.SIGHUP, reloading.requested.set)

    search_rarely()
    take_short_turns()
    _log_start(settings, files)
    await app.serve(settings, ready=_print_ready, stop=stop, reloading=reloading)


def _print_ready(ready: "Ready") -> None:
    line = {
        "event": "ready",
        # Plain gRPC has no scheme of its own.
        "otlp_grpc": f"https://{ready.otlp_grpc}" if ready.tls.otlp_grpc else str(ready.otlp_grpc),
        "otlp_http": f"http{'s' if ready.tls.otlp_http else ''}://{ready.otlp_http}",
        "api": f"http{'s' if ready.tls.api else ''}://{ready.api}",
        **({"health_check": f"http://{ready.health_check}"} if ready.health_check else {}),
        "data_dir": str(ready.data_dir),
    }
    click.echo(json.dumps(line))
