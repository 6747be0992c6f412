"""`promote`: rows that a query gives become records of a dataset, each once; the sidecar masks and keeps them as any record."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

import click

from otel_bridge_collector.cli.api_client import ask, fault_message
from otel_bridge_collector.cli.api_options import api_options
from otel_bridge_collector.cli.dataset_record import (
    NEEDED,
    Identity,
    Row,
    identity_of,
    origin_of,
    record_of,
)
from otel_bridge_collector.cli.import_rows import Result, batches, made_project, send_lines
from otel_bridge_collector.cli.pages import FIRST, page, row_pages
from otel_bridge_collector.cli.table import print_table
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.parser import parse

_SHOWN: Final = ("input", "expected", "tags", "origin")
_LISTED: Final = (
    "select: id, origin, _pagination_key\nfrom: dataset('{}')\nsort: _pagination_key\nlimit: 1000"
)

_EXAMPLES: Final = """\b
Examples:
  otel-bridge-collector promote "from: project_logs('my-app') | filter: is_root AND scores.helpful < 0.5" --dataset weak
  otel-bridge-collector promote "filter: is_root AND tags INCLUDES 'triage'" --dataset triage --dry-run
  otel-bridge-collector promote "SELECT * FROM project_logs('my-app') WHERE id = '5f1c'" --dataset one
"""


@dataclass(slots=True)
class _Found:
    """What a query gave so far.

    Attributes:
        records: those that the dataset has not, without its id.
        known: records that are there already.
        without_input: rows that make no record.
        project_ids: of the rows.
    """

    records: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    known: int = 0
    without_input: int = 0
    project_ids: set[str] = field(default_factory=set[str])


@click.command(epilog=_EXAMPLES)
@click.argument("text", metavar="QUERY")
@click.option("--dataset", "name", metavar="NAME", required=True, help="The dataset; made if need be.")
@click.option("--project", metavar="NAME", help="The project of the dataset; by default that of the rows.")
@click.option("--dry-run", is_flag=True, help="Show the records that would be added, and change nothing.")
@api_options
def promote(text: str, name: str, project: str | None, url: str, *, dry_run: bool) -> None:
    """Make a record of a dataset of every row that QUERY gives, with the row as its `origin`.

    `expected` is what somebody said of the row, else its output. A row that is in the dataset already is left as it is there,
    so the same command can be run again.
    """
    rows = list(_rows(url, text))
    project_id = _project_id(url, project, rows, is_made=not dry_run)
    dataset_id = _dataset_id(url, project_id, name, is_made=bool(rows) and not dry_run)
    found = _found(rows, _known(url, dataset_id) if dataset_id else set())
    if dry_run:
        print_table(_SHOWN, [[record.get(each) for each in _SHOWN] for record in found.records])
        _tell(f"{len(found.records)} would be added", name, found)
        return
    result = Result()
    for lines in batches(_lines(found.records, dataset_id)):
        send_lines(url, lines, result)
    _tell(f"{result.rows} added", name, found)
    result.raise_faults()


def _rows(url: str, text: str) -> Iterator[Row]:
    """Yield the rows of a query: of one without a limit all, page by page."""
    try:
        query = parse(text)
    except QueryError:
        query = None  # the sidecar says what is wrong, with the place
    shape = query.source.shape if query and query.source else None
    if shape not in (None, "spans"):
        raise click.UsageError(
            f"shape {shape} gives no whole rows of their own: write `filter: is_root` for one record of each trace"
        )
    if query is None or query.limit is not None:
        pages: Iterable[list[dict[str, Any]]] = [page(url, text).json()["data"]]
    elif query.sort:
        raise click.UsageError("a query with a sort needs a limit: which rows come first matters only then")
    else:
        pages = (rows for rows, _ in row_pages(url, text, None))
    for rows in pages:
        for row in rows:
            _check(row)
            yield row


def _check(row: Row) -> None:
    missing = [name for name in NEEDED if name not in row]
    if missing or origin_of(row) is None:
        what = ", ".join(missing) or "the object that it is in"
        raise click.UsageError(f"rows without {what} make no records: write `select: *`, without groups")


def _project_id(url: str, project: str | None, rows: Sequence[Row], *, is_made: bool) -> str | None:
    """Return the project of the dataset; None where there is none yet, and none is made."""
    if project is not None:
        return (
            made_project(url, project) if is_made and rows else _named(url, "project", project_name=project)
        )
    project_ids = {str(row["project_id"]) for row in rows if row.get("project_id")}
    if len(project_ids) > 1:
        raise click.UsageError(
            f"the rows are of {len(project_ids)} projects: name the project of the dataset with --project"
        )
    if rows and not project_ids:
        raise click.UsageError("the rows name no project: name the project of the dataset with --project")
    return next(iter(project_ids), None)


def _dataset_id(url: str, project_id: str | None, name: str, *, is_made: bool) -> str | None:
    if project_id is None:
        return None
    if not is_made:
        return _named(url, "dataset", project_id=project_id, dataset_name=name)
    # The answer is the dataset of that name, where there is one.
    answer = _answer(url, "POST", "/v1/dataset", {"project_id": project_id, "name": name})
    return str(answer["id"])


def _named(url: str, kind: str, **chosen: str) -> str | None:
    query = urlencode(chosen)
    objects = _answer(url, "GET", f"/v1/{kind}?{query}")["objects"]
    return str(objects[0]["id"]) if objects else None


def _answer(url: str, method: str, path: str, body: dict[str, object] | None = None) -> dict[str, Any]:
    status, answer = ask(url, method, path, body)
    if status >= HTTPStatus.BAD_REQUEST:
        raise click.ClickException(fault_message(answer))
    return answer


def _known(url: str, dataset_id: str) -> set[Identity | str]:
    """Return the ids of the records of a dataset, and of the rows that they were made from, by whomever."""
    known: set[Identity | str] = set()
    for records, _ in row_pages(url, _LISTED.format(dataset_id), FIRST):
        known.update(str(record["id"]) for record in records)
        known.update(origin for record in records if (origin := identity_of(record["origin"])))
    return known


def _found(rows: Iterable[Row], known: set[Identity | str]) -> _Found:
    found = _Found()
    for row in rows:
        origin = origin_of(row)
        if row["input"] is None or origin is None:
            found.without_input += 1
            continue
        record = record_of(row, origin)
        if record["id"] in known or identity_of(origin) in known:
            found.known += 1
        else:
            found.records.append(record)
    return found


def _lines(records: Iterable[dict[str, Any]], dataset_id: str | None) -> Iterator[tuple[str, bytes]]:
    for record in records:
        where = f"{record['origin']['object_type']} row {record['origin']['id']}"
        yield where, json.dumps({**record, "dataset_id": dataset_id}, ensure_ascii=False).encode()


def _tell(what: str, name: str, found: _Found) -> None:
    parts = [what, f"{found.known} there already"]
    if found.without_input:
        parts.append(f"{found.without_input} without an input left out")
    click.echo(f"dataset {name}: {', '.join(parts)}", err=True)
