"""The command `translate`: recorded OTLP requests to rows, without a running sidecar."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

import click
import orjson
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from otel_bridge.contract.row import Row
from otel_bridge_collector.decode import otlp_json, protobuf
from otel_bridge_collector.decode.structure import Checked, check_logs, check_traces
from otel_bridge_collector.errors import MalformedBodyError
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.translate import NestedCalls, record_writes, span_writes, summary_of
from otel_bridge_collector.translate.assembly import final_rows

_SUFFIXES: Final = (".binpb", ".json")
_SIGNALS: Final = (".traces", ".logs", ".metrics")
_STDIN: Final = Path("-")

_EXAMPLES: Final = """\b
Examples:
  otel-bridge-collector translate request.binpb
  otel-bridge-collector translate trace.binpb trace.logs.binpb > rows.jsonl
  otel-bridge-collector translate - < request.json
  otel-bridge-collector translate --each corpus --out rows
"""


@click.command(epilog=_EXAMPLES)
@click.argument(
    "files", nargs=-1, type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
)
@click.option(
    "--each",
    "folder",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Translate every NAME.binpb below DIR, together with its NAME.*.binpb.",
)
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="With --each: where each NAME.rows.jsonl goes.",
)
def translate(files: tuple[Path, ...], folder: Path | None, out: Path | None) -> None:
    """Translate OTLP export requests to rows, one JSON object a line.

    FILES are requests in protobuf (.binpb) or JSON (.json), traces or logs. Those of one call belong together: facts in the logs,
    such as feedback, end in the rows of their spans. A dash is standard input, in either form.
    """
    if folder is not None and out is not None and not files:
        _translate_each(folder, out)
    elif files and folder is None and out is None:
        _write(sys.stdout.buffer, _rows(files))
    else:
        given = "nothing to translate" if not (files or folder or out) else "these do not go together"
        raise click.UsageError(f"{given}: give either FILES (- for standard input) or both --each and --out")


def _translate_each(folder: Path, out: Path) -> None:
    for name, files in _scenarios(folder).items():
        target = out / name.with_name(f"{name.name}.rows.jsonl")
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as stream:
            _write(stream, _rows(files))


def _scenarios(folder: Path) -> dict[Path, list[Path]]:
    """The files of each scenario, by its path below `folder`; the traces come first."""
    paths = sorted(folder.rglob("*.binpb"), key=lambda path: (len(path.name), path))
    scenarios: dict[Path, list[Path]] = {}
    for path in paths:
        name = path.relative_to(folder).with_suffix("")
        if name.suffix in _SIGNALS or name.with_suffix("") in scenarios:
            name = name.with_suffix("")
        scenarios.setdefault(name, []).append(path)
    return scenarios


def _rows(files: Iterable[Path]) -> list[Row]:
    nested = NestedCalls()
    return final_rows(write for path in files for write in _writes(path, nested))


def _writes(path: Path, nested: NestedCalls) -> Iterator[RowWrite]:
    if ".metrics" in path.suffixes:
        return
    request = _request(path)
    if isinstance(request, ExportLogsServiceRequest):
        for record in protobuf.log_records(request):
            yield from record_writes(record)
        return
    for span in protobuf.spans(request):
        if writes := span_writes(span):
            yield from writes
            yield from nested.observe(summary_of(span, writes[0].row))


def _request(path: Path) -> ExportTraceServiceRequest | ExportLogsServiceRequest:
    if path != _STDIN and path.suffix not in _SUFFIXES:
        raise click.ClickException(f"{path}: expected a name that ends in {' or '.join(_SUFFIXES)}")
    body = sys.stdin.buffer.read() if path == _STDIN else path.read_bytes()
    name = "standard input" if path == _STDIN else str(path)
    if not body and path == _STDIN:
        raise click.ClickException(f"{name} is empty: expected an OTLP export request, in protobuf or JSON")
    try:
        checked = _checked(path, body)
    except MalformedBodyError as error:
        raise click.ClickException(f"{name}: {error}") from error
    if checked.rejected:
        click.echo(f"{name}: {checked.rejected} left out, {checked.reason}", err=True)
    elif not checked.accepted:
        click.echo(f"{name}: holds no spans and no log records", err=True)
    return checked.request


def _checked(
    path: Path, body: bytes
) -> Checked[ExportTraceServiceRequest] | Checked[ExportLogsServiceRequest]:
    """Read traces or logs as the name says, and where it does not say, as the one that fits."""
    parser = otlp_json if path.suffix == ".json" or (path == _STDIN and _is_json(body)) else protobuf
    if ".logs" in path.suffixes:
        return check_logs(parser.parse_logs(body))
    try:
        traces = check_traces(parser.parse_traces(body))
    except MalformedBodyError:
        # Logs read as traces may break anywhere; if these are no logs either, the first complaint is the right one.
        if ".traces" not in path.suffixes and (logs := _logs(parser.parse_logs, body)):
            return logs
        raise
    if traces.accepted:
        return traces
    logs = _logs(parser.parse_logs, body)
    return logs if logs and logs.accepted else traces


def _is_json(body: bytes) -> bool:
    """Tell by the first byte. A line feed is no white space here: protobuf requests begin with its code."""
    return body.lstrip(b" \t\r").startswith((b"{", b"["))


def _logs(
    parse: Callable[[bytes], ExportLogsServiceRequest], body: bytes
) -> Checked[ExportLogsServiceRequest] | None:
    try:
        return check_logs(parse(body))
    except MalformedBodyError:
        return None


def _write(stream: BinaryIO, rows: Sequence[Row]) -> None:
    for row in rows:
        stream.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
