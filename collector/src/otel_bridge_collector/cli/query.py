"""`query`: a query to the sidecar's API over HTTP, and its answer as a table, JSON or CSV.

It never opens the store itself: one process can, and that is the sidecar.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import click
import httpx
from rich.console import Console
from rich.table import Table

DEFAULT_URL: Final = "http://127.0.0.1:8585"
_TIMEOUT_S: Final = 60.0
_WIDEST_CELL: Final = 60
_DULL: Final = frozenset({
    "_async_scoring_state", "_pagination_key", "_xact_id", "audit_data", "log_id", "org_id", "project_id",
})  # fmt: skip
"""Columns that a table of whole rows leaves out; every other format has them."""


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
    except ValueError as error:
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
    shown = [name for name in names if _is_interesting(name, names, rows)]
    table = Table(*shown)
    for row in rows:
        table.add_row(*(_short(_cell(row[name])) for name in shown), style=None)
    console = Console(soft_wrap=False, markup=False, highlight=False)
    console.print(table)
    click.echo(f"{len(rows)} row{'' if len(rows) == 1 else 's'}")


def _is_interesting(name: str, names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether a table shows a column: of whole rows, those that tell the rows apart."""
    whole_rows = "_pagination_key" in names and "audit_data" in names
    return not whole_rows or (name not in _DULL and any(row[name] is not None for row in rows))


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WIDEST_CELL else f"{line[: _WIDEST_CELL - 1]}…"
