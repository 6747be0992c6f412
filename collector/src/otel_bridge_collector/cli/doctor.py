"""`doctor`: everything that can be seen to be wrong with a sidecar and what is sent to it, and what mends it."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from http import HTTPStatus
from pathlib import Path
from typing import Final

import click
from click.core import ParameterSource

from otel_bridge_collector.cli.api_client import ask, fault_message, open_client, send
from otel_bridge_collector.cli.api_options import api_options
from otel_bridge_collector.cli.table import print_whole_table
from otel_bridge_collector.doctor.destinations import check_destinations
from otel_bridge_collector.doctor.environment import check_environment
from otel_bridge_collector.doctor.finding import Finding, fine, shortened, skipped, wrong
from otel_bridge_collector.doctor.folder import check_folder
from otel_bridge_collector.doctor.port import speaks_tls
from otel_bridge_collector.doctor.refusals import check_refusals
from otel_bridge_collector.doctor.rows import QUERY, check_rows
from otel_bridge_collector.doctor.senders import check_senders
from otel_bridge_collector.doctor.sidecar import check_sidecar

MAX_PROJECTS: Final = 20
_MAX_RECEIPTS: Final = 1_000
_PROBE_S: Final = 10.0


@click.command()
@api_options
@click.option(
    "--config",
    "config_file",
    multiple=True,
    help="Check this configuration, and ask a sidecar only where --url is given too.",
)
@click.option(
    "--data-dir", type=click.Path(path_type=Path), help="The data folder, if it is on this machine."
)
@click.option(
    "--format",
    "output",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="What to print.",
)
@click.pass_context
def doctor(
    context: click.Context, url: str, config_file: tuple[str, ...], data_dir: Path | None, output: str
) -> None:
    """Tell what is wrong with a sidecar and with what is sent to it, and which variable or command mends it.

    Exit code 0: nothing was found. 1: something was. Run it where the variables of the app are set, and those are checked too.

    \b
    otel-bridge-collector doctor
    otel-bridge-collector doctor --url http://127.0.0.1:8585 --format json
    otel-bridge-collector doctor --config sidecar.yaml
    """  # noqa: D301 - click reads \b as: keep these lines
    asks = not config_file or context.get_parameter_source("url") is not ParameterSource.DEFAULT
    findings = [*_settings(config_file, data_dir, asks=asks), *(_running(url) if asks else ())]
    if output == "json":
        click.echo(json.dumps([asdict(each) for each in findings], ensure_ascii=False, indent=2))
    else:
        lines = [(each.check, each.verdict, each.found, each.remedy) for each in shortened(findings)]
        print_whole_table(("check", "verdict", "found", "what to do"), lines)
    if any(each.verdict == "finding" for each in findings):
        sys.exit(1)


def _settings(config: tuple[str, ...], data_dir: Path | None, *, asks: bool) -> list[Finding]:
    """Check what needs no sidecar: its settings, the variables of an app, and its data folder.

    Args:
        config: files, or texts behind `yaml:`.
        data_dir: None for that of the settings.
        asks: whether the ports that variables name may be asked what they speak.
    """
    from otel_bridge_collector.errors import SettingsError  # noqa: PLC0415 - see api_client.default_url
    from otel_bridge_collector.settings import config_sources, load_settings  # noqa: PLC0415 - likewise
    from otel_bridge_collector.stages.check import check_start  # noqa: PLC0415 - likewise

    try:
        settings = load_settings(config_sources(config), data_dir=data_dir)
        if config:
            check_start(settings)
    except (SettingsError, OSError) as error:
        return [wrong("settings", str(error), "otel-bridge-collector validate")]
    limits = {"spool_max_bytes": settings.spool_max_bytes, "min_free_bytes": settings.spool_min_free_bytes}
    return [
        fine("settings", "they can be used"),
        *check_environment(config_sources().environment, speaks_tls if asks else _not_known),
        *check_folder(settings.data_dir, **limits),
    ]


def _not_known(host: str, port: int) -> None:
    del host, port


def _running(url: str) -> Iterator[Finding]:
    with open_client(timeout_s=_PROBE_S) as client:
        found = check_sidecar(client, url)
    yield from found
    if len(found) == 1 or found[-1].verdict == "finding":
        return
    _, told = ask(url, "GET", f"/v1/receipts?limit={_MAX_RECEIPTS}")
    yield from check_senders(told["receipts"])
    metrics = send(url, "GET", "/metrics")
    if metrics.status_code == HTTPStatus.OK:
        yield from check_refusals(metrics.text)
    else:
        yield skipped("refused requests", "the key may not see metrics", "a key with the scope metrics")
    yield from _projects(url)
    code, told = ask(url, "GET", "/v1/delivery")
    if code == HTTPStatus.OK:
        yield from check_destinations(told["destinations"])
    else:
        yield skipped("destinations", fault_message(told), "a key with the scope admin")


def _projects(url: str) -> Iterator[Finding]:
    _, told = ask(url, "GET", f"/v1/project?limit={MAX_PROJECTS}")
    for project in told.get("objects", []):
        code, answer = ask(
            url, "POST", "/btql", {"query": QUERY.format(project_id=project["id"]), "fmt": "json"}
        )
        if code == HTTPStatus.OK:
            yield from check_rows(project["name"], answer["data"])
        else:
            yield skipped(f"rows of {project['name']}", fault_message(answer))
