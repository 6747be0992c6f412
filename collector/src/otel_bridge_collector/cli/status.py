"""`status`: how far each destination of a running sidecar is, and its quotas, as its API tells it."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import click

from otel_bridge_collector.cli.api_client import ask, fault_message
from otel_bridge_collector.cli.api_options import api_options
from otel_bridge_collector.cli.table import print_table

_COLUMNS: Final = ("destination", "state", "waiting", "bytes", "lag", "sent", "dead letters", "last error")

_OF_QUOTAS: Final = ("quota of", "limit", "used", "left", "refused")


@click.command()
@api_options
@click.option(
    "--format",
    "output",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="What to print.",
)
def status(url: str, output: str) -> None:
    """Tell how far each destination is: what waits for it, for how long, and why; and why the sidecar takes no traffic, where it does not. Where there are quotas, tell who has used how much.

    \b
    otel-bridge-collector status
    otel-bridge-collector status --format json
    """  # noqa: D301 - click reads \b as: keep these lines
    code, answer = ask(url, "GET", "/v1/delivery")
    if code >= HTTPStatus.BAD_REQUEST:
        raise click.ClickException(fault_message(answer))
    code, counted = ask(url, "GET", "/v1/quotas")
    if code >= HTTPStatus.BAD_REQUEST:
        raise click.ClickException(fault_message(counted))
    if output == "json":
        click.echo(json.dumps({**answer, **counted}, ensure_ascii=False, indent=2))
        return
    print_table(_COLUMNS, [_line(each) for each in answer["destinations"]])
    code, taken = ask(url, "GET", "/readyz")
    if code >= HTTPStatus.BAD_REQUEST:
        for check, reason in taken.get("reasons", {}).items():
            click.echo(f"it takes no traffic: {check}: {reason}")
    if counted["is_on"]:
        click.echo()
        print_table(_OF_QUOTAS, [_quota_line(each) for each in counted["quotas"]])
    if counted["left_out"]:
        click.echo(f"{counted['left_out']} more quotas, each with no more refusals")


def _quota_line(told: Mapping[str, Any]) -> tuple[object, ...]:
    limit = f"{told['per_second']:.15g} {told['unit']}/s"
    return told["who"], limit, told["used"], told["left"], told["refused"]


def _line(told: Mapping[str, Any]) -> tuple[object, ...]:
    lag = f"{told['lag_s']:.0f} s" if told["lag_s"] else ""
    counts = (told["waiting_records"], told["waiting_bytes"], lag, told["sent"], told["buried"])
    return told["name"], told["state"], *counts, told["last_error"]
