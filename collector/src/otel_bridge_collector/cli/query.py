"""`query`: a query to the sidecar's API over HTTP, and its answer as a table, JSON or CSV.

It never opens the store itself: one process can, and that is the sidecar.
"""

import csv
import io
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import click
import httpx
from rich.console import Console
from rich.table import Table

DEFAULT_URL: Final = "http://127.0.0.1:8585"
_TIMEOUT_S: Final = 60.0
_WIDEST_CELL: Final = 60
_PIPE_WIDTH: Final = 160
"""Width of a table that goes to no terminal."""

_WHOLE_ROW: Final = frozenset({"_pagination_key", "audit_data"})
"""Columns that nobody selects by hand: an answer that has them is of whole rows."""

_TOLD_APART_BY: Final = ("id", "created", "name", "type", "input", "output", "error", "scores")
"""What a table shows of whole rows; every other format has every field."""


@click.command()
@click.argument("text", metavar="QUERY")
@click.option("--url", default=DEFAULT_URL, show_default=True, help="The sidecar's API.")
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
        click.echo(f"warning: {warning['message']}", err=True)
    rows: list[dict[str, Any]] = answer["data"]
    names = list(answer["schema"]["items"]["properties"])
    match output:
        case "json":
            click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        case "jsonl":
            for row in rows:
                click.echo(json.dumps(row, ensure_ascii=False))
        case "csv":
            click.echo(_csv(names, rows), nl=False)
        case _:
            _print_table(names, rows)


def _ask(text: str, url: str) -> dict[str, Any]:
    try:
        response = httpx.post(f"{url.rstrip('/')}/btql", json={"query": text}, timeout=_TIMEOUT_S)
        answer = cast("dict[str, Any]", response.json())
    except httpx.ConnectError as error:
        raise click.ClickException(
            f"no sidecar answers at {url}: start one with: otel-bridge-collector serve"
        ) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise click.ClickException(f"cannot ask {url}: {error}") from error
    except ValueError as error:  # no JSON
        raise click.ClickException(f"what answers at {url} is no sidecar") from error
    if response.is_error:
        raise click.ClickException(_fault(answer))
    return answer


def _fault(answer: Mapping[str, Any]) -> str:
    """Return what is wrong, with the line of the query and a caret under the place."""
    message = str(answer.get("Message", "the query failed"))
    snippet = answer.get("snippet")
    return f"{message}\n\n{snippet}" if snippet else message


def _csv(names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_cell(row[name]) for name in names] for row in rows)
    return text.getvalue()


def _print_table(names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        click.echo("no rows")
        return
    if set(names) >= _WHOLE_ROW:
        names, rows = _TOLD_APART_BY, [_with_span(row) for row in rows]
    table = Table(*names)
    for row in rows:
        table.add_row(*(_short(_cell(row[name])) for name in names))
    width = None if sys.stdout.isatty() else _PIPE_WIDTH
    Console(markup=False, highlight=False, width=width).print(table)
    click.echo(f"{len(rows)} row{'' if len(rows) == 1 else 's'}")


def _with_span(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with name and type of its span beside the other fields."""
    span_attributes: Mapping[str, Any] = row["span_attributes"] or {}
    return {**row, "name": span_attributes.get("name"), "type": span_attributes.get("type")}


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WIDEST_CELL else f"{line[: _WIDEST_CELL - 1]}…"
