"""`explain`: how the row of a span came about, as the sidecar's API tells it, in tables or JSON."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import click

from otel_bridge_collector.cli.api_client import ask, fault_message
from otel_bridge_collector.cli.api_options import api_options
from otel_bridge_collector.cli.table import cell, print_table
from otel_bridge_collector.cli.terminal import json_text, printable

_Cells = Sequence[Mapping[str, Any]]

_COLUMNS: Final = ("field", "value", "rule", "from")


@click.command()
@click.argument("span_id")
@api_options
@click.option(
    "--format",
    "output",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="What to print.",
)
def explain(span_id: str, url: str, output: str) -> None:
    """Tell which attribute and which rule filled each field of a span's row, and what it costs.

    \b
    otel-bridge-collector explain fd7af2f8afc12c98
    otel-bridge-collector explain fd7af2f8afc12c98 --format json
    """  # noqa: D301 - click reads \b as: keep these lines
    status, answer = ask(url, "GET", f"/v1/explain/{span_id}")
    if status >= HTTPStatus.BAD_REQUEST:
        raise click.ClickException(fault_message(answer))
    if output == "json":
        click.echo(json_text(answer, indent=2))
        return
    _print_cells(
        f"span {answer['span_id']} of {printable(answer['scope']) or 'a scope without a name'}",
        answer["fields"],
    )
    _print_cells("read, and not taken:", answer["passed_over"])
    left_over = answer["left_over"]
    click.echo(f"left over, in metadata: {printable(', '.join(left_over)) or 'nothing'}")
    click.echo(f"tokens: {_tokens(answer)}")
    _print_cost(answer["cost"])
    for missing in answer["incomplete"]:
        click.echo(f"incomplete: {printable(missing)}")


def _tokens(answer: Mapping[str, Any]) -> str:
    if not answer["has_tokens"]:
        return "none"
    if answer["tokens_count"]:
        return "count in a sum over the trace"
    return "do not count in a sum over the trace: they repeat those of other spans"


def _print_cells(title: str, cells: _Cells) -> None:
    if cells:
        click.echo(title)
        print_table(_COLUMNS, [_line(each) for each in cells])


def _line(told: Mapping[str, Any]) -> tuple[object, ...]:
    name = told["field"] if told["key"] is None else f"{told['field']}.{told['key']}"
    return name, told["value"], told["rule"], _origin(told)


def _origin(told: Mapping[str, Any]) -> str:
    given: Mapping[str, Any] = told.get("given", {})
    return ", ".join(
        f"{each} = {cell(given[each])}" if each in given else each for each in told["attributes"]
    )


def _print_cost(cost: Mapping[str, Any]) -> None:
    told = "none" if cost["usd"] is None else f"${cost['usd']:.6g}, from the {cost['source']}"
    click.echo(f"cost: {told}{'; ' if cost['note'] else ''}{cost['note']}")
    computed: Mapping[str, Any] | None = cost["computed"]
    if computed:
        click.echo(
            f"{printable(computed['model'])} of {computed['provider']}, {computed['table']}: ${computed['usd']:.6g}"
        )
        names = ("bucket", "tokens", "usd_per_million", "usd")
        print_table(names, [[charge[name] for name in names] for charge in computed["charges"]])
