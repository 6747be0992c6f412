"""`import`: rows of an export, or OTLP in JSON lines, into a running sidecar."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any, Final, cast

import click

from otel_bridge_collector.cli.api_client import fault_message, send
from otel_bridge_collector.cli.api_options import api_options
from otel_bridge_collector.cli.progress import progress

_BATCH_ROWS: Final = 500
_BATCH_BYTES: Final = 4 << 20
_SHOWN: Final = 10
"""Lines at fault that are named; the others are counted."""

_SIGNALS: Final = {"resourceSpans": "/v1/traces", "resourceLogs": "/v1/logs"}
_MADE_HERE: Final = frozenset(
    {"_xact_id", "_pagination_key", "is_root", "org_id", "audit_data", "_async_scoring_state"}
)
"""Fields that the sidecar makes of a row itself."""

_OBJECT_IDS: Final = ("project_id", "experiment_id", "dataset_id", "prompt_session_id")

_EXAMPLES: Final = """\b
Examples:
  otel-bridge-collector import rows.jsonl
  otel-bridge-collector import --project copy rows.jsonl
  otel-bridge-collector import traces.otlp.jsonl
  otel-bridge-collector export --url http://127.0.0.1:8585 | otel-bridge-collector import --url http://127.0.0.1:9595 -
"""


@dataclass(slots=True)
class Result:
    """What became of the lines so far."""

    rows: int = 0
    requests: int = 0
    faults: list[str] = field(default_factory=list[str])

    def raise_faults(self) -> None:
        """Name what was not kept.

        Raises:
            ClickException: something was not.
        """
        if self.faults:
            shown = "\n".join(self.faults[:_SHOWN])
            more = f"\nand {len(self.faults) - _SHOWN} more" if len(self.faults) > _SHOWN else ""
            raise click.ClickException(f"not everything was kept:\n{shown}{more}")


@click.command("import", epilog=_EXAMPLES)
@click.argument("files", nargs=-1, required=True, type=click.File("rb"))
@click.option(
    "--project", metavar="NAME", help="Where rows and spans go, instead of where they were; made if need be."
)
@api_options
def import_rows(files: Sequence[IO[bytes]], project: str | None, url: str) -> None:
    """Send the lines of FILES: rows as `export` writes them, which keep their ids, or OTLP requests in JSON.

    A row that is there already is replaced, so an import can be repeated. A line that cannot be kept is named and the others
    are kept; the exit code is 1 then. A dash is standard input.
    """
    result = Result()
    project_id = made_project(url, project) if project else None
    for file in files:
        with progress(f"importing {_name(file)}", _size(file)) as advance:
            for lines in batches(_lines(file)):
                send_lines(url, lines, result, project, project_id)
                advance(sum(len(text) for _, text in lines))
    parts = [f"{result.rows} row{'' if result.rows == 1 else 's'}"]
    if result.requests:
        parts.append(f"{result.requests} OTLP request{'' if result.requests == 1 else 's'}")
    click.echo(f"{' and '.join(parts)} kept", err=True)
    result.raise_faults()


Line = tuple[str, bytes]
"""Where a line stands, and its text."""


def _lines(file: IO[bytes]) -> Iterator[Line]:
    """Yield lines that are not blank."""
    for number, text in enumerate(file, start=1):
        if text.strip():
            yield f"{_name(file)}:{number}", text


def batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Yield lines, a bounded number and size at a time."""
    batch: list[Line] = []
    size = 0
    for where, text in lines:
        if batch and (len(batch) >= _BATCH_ROWS or size + len(text) > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append((where, text))
        size += len(text)
    if batch:
        yield batch


def send_lines(
    url: str,
    lines: Iterable[Line],
    result: Result,
    project: str | None = None,
    project_id: str | None = None,
) -> None:
    """Send a batch, and note in `result` what became of it.

    Raises:
        ClickException: nothing more can be sent.
    """
    rows: list[tuple[str, dict[str, Any]]] = []
    for where, text in lines:
        value = _parsed(where, text, result)
        if value is None:
            continue
        path = next((path for name, path in _SIGNALS.items() if name in value), None)
        if path is None:
            rows.append((where, _row(value, project_id)))
        else:
            _send_otlp(url, path, text, project, where, result)
    if rows:
        _send_rows(url, rows, result)


def _parsed(where: str, text: bytes, result: Result) -> dict[str, Any] | None:
    try:
        value: object = json.loads(text)
    except ValueError as error:
        result.faults.append(f"{where}: no JSON: {error}")
        return None
    if not isinstance(value, dict):
        result.faults.append(f"{where}: neither a row nor an OTLP request, which are JSON objects")
        return None
    return cast("dict[str, Any]", value)


def _row(value: Mapping[str, Any], project_id: str | None) -> dict[str, Any]:
    """Return what is to be sent of a row: all that the sidecar does not make of it itself."""
    row = {name: item for name, item in value.items() if name not in _MADE_HERE and item is not None}
    if project_id is not None:
        row = {name: item for name, item in row.items() if name not in _OBJECT_IDS}
        row["project_id"] = project_id
    if "log_id" not in row and not any(name in row for name in _OBJECT_IDS[1:]):
        row["log_id"] = "g"
    return row


def _send_rows(url: str, rows: Sequence[tuple[str, dict[str, Any]]], result: Result) -> None:
    response = send(url, "POST", "/logs3", {"rows": [row for _, row in rows], "api_version": 2})
    if response.status_code == HTTPStatus.BAD_REQUEST and len(rows) > 1:
        # None could be kept: one at a time, so that each is told its own fault.
        for row in rows:
            _send_rows(url, [row], result)
        return
    answer = response.json()
    if response.status_code == HTTPStatus.BAD_REQUEST:
        result.faults.append(f"{rows[0][0]}: {fault_message(answer)}")
        return
    if response.status_code > HTTPStatus.BAD_REQUEST:
        raise click.ClickException(f"{rows[0][0]}: {fault_message(answer)}")
    result.rows += len(answer.get("ids", []))
    result.faults += [f"{rows[each['index']][0]}: {each['error']}" for each in answer.get("refused", [])]


def _send_otlp(url: str, path: str, text: bytes, project: str | None, where: str, result: Result) -> None:
    headers = {"content-type": "application/json"}
    if project:
        headers["x-bt-parent"] = f"project_name:{project}"
    response = send(url, "POST", path, content=text, headers=headers)
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        result.faults.append(f"{where}: {fault_message(response.json())}")
        return
    result.requests += 1
    rejected = response.json().get("partialSuccess", {})
    if rejected.get("errorMessage"):
        result.faults.append(f"{where}: {rejected['errorMessage']}")


def made_project(url: str, name: str) -> str:
    """Return the id of the project of that name, which is made if need be.

    Raises:
        ClickException: it could not be.
    """
    response = send(url, "POST", "/v1/project", {"name": name})
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        raise click.ClickException(fault_message(response.json()))
    return str(response.json()["id"])


def _size(file: IO[bytes]) -> int | None:
    path = Path(_name(file))
    return path.stat().st_size if path.is_file() else None


def _name(file: IO[bytes]) -> str:
    name = getattr(file, "name", None)
    return name if isinstance(name, str) else "<stdin>"
