"""`retention`: let a running sidecar remove what is above the limits now, or tell what that would be."""

import json
import time
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

import click

from otel_bridge_collector.cli.api_client import ask, fault_message
from otel_bridge_collector.cli.api_options import api_options
from otel_bridge_collector.cli.table import print_table

_COLUMNS: Final = ("project", "what", "number", "rows", "bytes", "newest")
_WHAT: Final = {"project_logs": "traces", "experiment": "experiments", "dataset": "datasets"}
_POLL_S: Final = 0.2


@click.command()
@click.option("--dry-run", is_flag=True, help="Remove nothing: tell which rows would go.")
@api_options
@click.option(
    "--format",
    "output",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="What to print.",
)
def retention(url: str, output: str, *, dry_run: bool) -> None:
    """Remove what is older or more than the configuration keeps, now, and wait until it is done.

    The sidecar does so by itself every hour (extensions.retention.interval). Nothing goes unless a limit is set.

    \b
    otel-bridge-collector retention --dry-run
    otel-bridge-collector retention --format json
    """  # noqa: D301 - click reads \b as: keep these lines
    report = _asked(url, {"dry_run": True}) if dry_run else _run(url)
    if output == "json":
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        names = _names(url, {each["project_id"] for each in report["removals"]})
        print_table(_COLUMNS, [_line(each, names) for each in report["removals"]])
        for line in told(report):
            click.echo(line)
    if report["error"]:
        raise click.ClickException(report["error"])


def told(report: Mapping[str, Any]) -> list[str]:
    """Return what a pass did beside rows, in lines; of a plan, that it removed nothing."""
    if report["kind"] == "plan":
        return ["nothing was removed: this is a dry run, of rows alone"]
    counts = {
        "past states": report["history"],
        "facts": report["facts"],
        "dead letters": report["dead_letters"],
        "attachments": report["attachments"],
    }
    beside = [f"{number} {name}" for name, number in counts.items() if number]
    before, after = report["file_bytes_before"], report["file_bytes_after"]
    return [
        *([f"also removed: {', '.join(beside)}"] if beside else []),
        f"took {report['took_s']:.1f} s, longest step {report['longest_step_s'] * 1000:.0f} ms;"
        f" the store's file: {before} bytes before, {after} after",
    ]


def _names(url: str, project_ids: Iterable[str]) -> Mapping[str, str]:
    """Return the name of each project; the id of one that is no more."""
    found = {each: ask(url, "GET", f"/v1/project/{quote(each, safe='')}") for each in project_ids}
    return {
        each: str(told["name"]) if code == HTTPStatus.OK else each for each, (code, told) in found.items()
    }


def _line(removal: Mapping[str, Any], names: Mapping[str, str]) -> tuple[object, ...]:
    what = _WHAT.get(removal["object_type"], removal["object_type"])
    counts = (removal["units"], removal["rows"], removal["size_bytes"])
    return names[removal["project_id"]], what, *counts, removal["newest"]


def _run(url: str) -> Mapping[str, Any]:
    _asked(url, {})
    while True:
        code, answer = ask(url, "GET", "/v1/retention")
        if code >= HTTPStatus.BAD_REQUEST:
            raise click.ClickException(fault_message(answer))
        if not answer["is_running"] and answer["last"]:
            return answer["last"]  # type: ignore[no-any-return]  # JSON
        time.sleep(_POLL_S)


def _asked(url: str, body: Mapping[str, object]) -> Mapping[str, Any]:
    code, answer = ask(url, "POST", "/v1/retention", body)
    if code >= HTTPStatus.BAD_REQUEST:
        raise click.ClickException(fault_message(answer))
    return answer
