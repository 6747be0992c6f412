"""`tail`: rows of a running sidecar as they come."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import click
from rich.console import Console
from rich.text import Text

from otel_bridge_collector.cli.api_options import api_options
from otel_bridge_collector.cli.pages import FIRST, clauses, cursor_behind, page, row_pages
from otel_bridge_collector.cli.table import cell
from otel_bridge_collector.cli.terminal import json_text, printable

_PAGE: Final = "limit: 500"
_WIDEST_TEXT: Final = 60
_PIPE_WIDTH: Final = 200

_EXAMPLES: Final = """\b
Examples:
  otel-bridge-collector tail
  otel-bridge-collector tail --filter "error IS NOT NULL"
  otel-bridge-collector tail --from "project_logs('my-app')" --filter "type = 'llm' AND duration > 2"
  otel-bridge-collector tail --format json | jq .metadata
"""


@click.command(epilog=_EXAMPLES)
@click.option(
    "--from", "source", default="project_logs", show_default=True, help="What to follow, as in a query."
)
@click.option("--filter", "condition", metavar="BTQL", help="Which rows; all by default.")
@click.option(
    "--lines", type=click.IntRange(0, 1_000), default=10, show_default=True, help="Rows to begin with."
)
@click.option("--count", type=click.IntRange(min=1), help="Stop after so many rows; never by default.")
@click.option(
    "--interval",
    type=click.FloatRange(0.1, 60),
    default=1.0,
    show_default=True,
    help="Seconds between two looks.",
)
@click.option(
    "--format",
    "fmt",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="A line of text, or of JSON with every field.",
)
@api_options
def tail(  # noqa: PLR0913 - one parameter for each option
    source: str, condition: str | None, lines: int, count: int | None, interval: float, fmt: str, *, url: str
) -> None:
    """Print rows as they come, the newest last, until Ctrl-C."""
    console = Console(highlight=False, soft_wrap=True)
    shown = 0
    try:
        for rows in _arriving(url, source, condition, lines, interval):
            for row in rows:
                _print(console, row, fmt)
                shown += 1
                if shown == count:
                    return
    except KeyboardInterrupt:
        return


def _arriving(
    url: str, source: str, condition: str | None, lines: int, interval: float
) -> Iterator[Sequence[dict[str, Any]]]:
    newest = _newest(url, source, None, 1)
    cursor = cursor_behind(newest[0]) if newest else FIRST
    # What comes between these two looks comes with the first page.
    known = str(newest[0]["_pagination_key"]) if newest else ""
    last = _newest(url, source, condition, lines)
    yield [row for row in reversed(last) if row["_pagination_key"] <= known]
    query = clauses(source, condition, "sort: _pagination_key", _PAGE)
    while True:
        for rows, behind in row_pages(url, query, cursor):
            cursor = behind
            yield rows
        time.sleep(interval)


def _newest(url: str, source: str, condition: str | None, lines: int) -> list[dict[str, Any]]:
    query = clauses(source, condition, "sort: _pagination_key desc", f"limit: {lines}")
    rows: list[dict[str, Any]] = page(url, query).json()["data"]
    return rows


def _print(console: Console, row: Mapping[str, Any], fmt: str) -> None:
    if fmt == "json":
        click.echo(json_text(row))
        return
    attributes: dict[str, Any] = row.get("span_attributes") or {}
    line = Text()
    line.append(f"{row['created']}  ", style="dim")
    line.append(f"{printable(attributes.get('type') or '-'):9} ", style="cyan")
    line.append(f"{_short(attributes.get('name') or row['id'])}", style="bold")
    line.append(f"  {_seconds(row.get('metrics') or {})}")
    if row.get("error") is not None:
        line.append(f"  {_short(cell(row['error']))}", style="red")
    else:
        line.append(f"  {_short(cell(row.get('input')))}", style="dim")
    console.print(line)


def _seconds(metrics: Mapping[str, Any]) -> str:
    start, end = metrics.get("start"), metrics.get("end")
    return f"{end - start:.2f}s" if isinstance(start, int | float) and isinstance(end, int | float) else "-"


def _short(text: str) -> str:
    line = " ".join(printable(text).split())
    return line if len(line) <= _WIDEST_TEXT else f"{line[: _WIDEST_TEXT - 1]}…"
