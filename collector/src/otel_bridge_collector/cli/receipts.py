"""`receipts`: what became of the spans of each process, as the API of a running sidecar tells it."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

import click

from otel_bridge_collector.cli.api_client import ask, fault_message
from otel_bridge_collector.cli.api_options import api_options
from otel_bridge_collector.cli.table import print_table

_COLUMNS: Final = ("process", "state", "ended", "arrived", "stored", "in flight", "lost", "why")
_NOT_WANTED: Final = (("unsampled", "not sampled"), ("filtered", "filtered"))
_LOST: Final = (
    ("queue_full", "queue full"),
    ("unsent", "could not be sent"),
    ("refused", "refused one by one"),
    ("never_arrived", "never arrived"),
)


@click.command()
@api_options
@click.option("--process", default="", help="Only that one: its id, or its process id on its machine.")
@click.option("--limit", default=100, show_default=True, help="How many, the newest first.")
@click.option(
    "--format",
    "output",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="What to print.",
)
def receipts(process: str, limit: int, url: str, output: str) -> None:
    """Tell for each process that sends how many of its spans ended, arrived, are stored, or were lost, and why.

    \b
    otel-bridge-collector receipts
    otel-bridge-collector receipts --process 4711
    otel-bridge-collector receipts --format json
    """  # noqa: D301 - click reads \b as: keep these lines
    asked = urlencode({"limit": limit, **({"process": process} if process else {})})
    code, answer = ask(url, "GET", f"/v1/receipts?{asked}")
    if code >= HTTPStatus.BAD_REQUEST:
        raise click.ClickException(fault_message(answer))
    if output == "json":
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
        return
    print_table(_COLUMNS, [_line(each) for each in answer["receipts"]])
    if answer["total"] > len(answer["receipts"]):
        click.echo(
            f"{answer['total'] - len(answer['receipts'])} older ones are not shown: --limit {answer['total']}"
        )
    if not answer["is_current"]:
        click.echo("not everything is counted yet: ask again in a moment")


def _line(told: Mapping[str, Any]) -> tuple[object, ...]:
    lost = {what: told[name] for name, what in _LOST if told[name]}
    lost |= {f"rejected: {reason}": spans for reason, spans in told["rejected"].items()}
    lost |= {f"dead letter: {reason}": spans for reason, spans in told["dead_letters"].items()}
    unwanted = {what: told[name] for name, what in _NOT_WANTED if told[name]}
    why = "; ".join(f"{number} {what}" for what, number in {**lost, **unwanted}.items())
    is_plain = told["state"] == "plain"
    ended = "unknown" if is_plain else told["ended"]
    counts = (ended, told["arrived"], told["stored"], "unknown" if is_plain else told["in_flight"])
    return told["name"], told["state"], *counts, sum(lost.values()), why
