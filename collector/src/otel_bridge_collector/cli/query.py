"""`query`: a query to the sidecar's API over HTTP, and its answer as a table, JSON or CSV.

It never opens the store itself: one process can, and that is the sidecar.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import click

from otel_bridge_collector.api.csv_text import to_csv
from otel_bridge_collector.cli.api_client import answer_fault, ask
from otel_bridge_collector.cli.api_options import api_options
from otel_bridge_collector.cli.table import cell, print_table
from otel_bridge_collector.cli.terminal import json_text, printable, printed

_WHOLE_ROW: Final = frozenset({"_pagination_key", "audit_data"})
"""Columns that nobody selects by hand: an answer that has them is of whole rows."""

_TOLD_APART_BY: Final = ("id", "created", "name", "type", "input", "output", "error", "scores")
"""What a table shows of whole rows; every other format has every field."""

_FOR_MACHINES: Final = ("missingSegmentEliminationSpecs",)
"""Warnings that hold for most queries that a person types."""


@click.command()
@click.argument("text", metavar="QUERY")
@api_options
@click.option(
    "--format",
    "output",
    type=click.Choice(["table", "json", "jsonl", "csv"]),
    default="table",
    show_default=True,
    help="What to print.",
)
def query(text: str, url: str, output: str) -> None:
    """Ask the running sidecar, in clauses or in SQL.

    \b
    otel-bridge-collector query "filter: error IS NOT NULL | limit: 10"
    otel-bridge-collector query "SELECT metadata.model, count(1) FROM project_logs('app') GROUP BY 1"
    """  # noqa: D301 - click reads \b as: keep these lines
    answer = _ask(text, url)
    for warning in answer.get("warnings", []):
        if warning["code"] not in _FOR_MACHINES:
            click.echo(f"warning: {printable(warning['message'])}", err=True)
    rows: list[dict[str, Any]] = answer["data"]
    names = list(answer["schema"]["items"]["properties"])
    match output:
        case "json":
            click.echo(json_text(rows, indent=2))
        case "jsonl":
            for row in rows:
                click.echo(json_text(row))
        case "csv":
            click.echo(printed(to_csv(names, rows, cell)), nl=False)
        case _:
            _print_table(names, rows)


def _ask(text: str, url: str) -> dict[str, Any]:
    status, answer = ask(url, "POST", "/btql", {"query": text, "default_source": "project_logs"})
    if status >= HTTPStatus.BAD_REQUEST:
        raise answer_fault(status, answer)
    return answer


def _print_table(names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        click.echo("no rows")
        return
    if set(names) >= _WHOLE_ROW:
        names, rows = _TOLD_APART_BY, [_with_span(row) for row in rows]
    print_table(names, [[row[name] for name in names] for row in rows])
    click.echo(f"{len(rows)} row{'' if len(rows) == 1 else 's'}")


def _with_span(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with name and type of its span beside the other fields."""
    span_attributes: Mapping[str, Any] = row["span_attributes"] or {}
    return {**row, "name": span_attributes.get("name"), "type": span_attributes.get("type")}
