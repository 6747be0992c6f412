"""Look through files of rows that exporters have written, and what clients said of the state of their uploads."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, cast

import duckdb
import orjson

from otel_bridge.contract.row import Row
from otel_bridge_collector.audit.findings import Findings
from otel_bridge_collector.audit.rows import RowAudit
from otel_bridge_collector.config.exporter import FileExporter
from otel_bridge_collector.decode.native import parse_json
from otel_bridge_collector.errors import CollectorError
from otel_bridge_collector.masking.rules import RuleSet
from otel_bridge_collector.store.columns import from_columns

_STEP: Final = 500
_JSON_LINES: Final = (".jsonl", ".part")


def files_of(exporter: FileExporter) -> list[Path]:
    """Return the files that an exporter has written and still writes."""
    names = (f"{exporter.prefix}.jsonl.part", f"{exporter.prefix}-*.jsonl", f"{exporter.prefix}-*.parquet")
    return sorted(path for name in names for path in exporter.directory.glob(name))


def audit_file(place: str, path: Path, rules: RuleSet, findings: Findings) -> None:
    """Look through one file of rows.

    Raises:
        OSError: it cannot be read.
    """
    masker = RowAudit(rules, findings.at(place))
    rows = _lines(path) if path.suffix in _JSON_LINES else _parquet(path)
    for row in rows:
        if row is None:
            findings.unreadable[place] += 1
        else:
            masker.row(row)


def audit_attachments(folder: Path, rules: RuleSet, findings: Findings) -> None:
    """Look through what is known of uploads; their bytes are not looked at.

    Raises:
        OSError: a file cannot be read.
    """
    masker = RowAudit(rules, findings.at("attachments"))
    for path in folder.rglob("*.status.json"):
        try:
            masker.fields(orjson.loads(path.read_bytes()))
        except ValueError:
            findings.unreadable["attachments"] += 1


def _lines(path: Path) -> Iterator[Row | None]:
    with path.open("rb") as file:
        for line in file:
            try:
                yield cast("Row", parse_json(line))
            except CollectorError:
                yield None


def _parquet(path: Path) -> Iterator[Row | None]:
    connection = duckdb.connect(":memory:", config={"threads": 1, "memory_limit": "512MB"})
    try:
        connection.execute("SET TimeZone = 'UTC'")
        found = connection.execute("SELECT * FROM read_parquet($1)", [str(path)])
        names = [str(each[0]) for each in found.description or ()]
        while rows := found.fetchmany(_STEP):
            for values in rows:
                yield from_columns(dict(zip(names, values, strict=True)))
    except duckdb.Error:
        yield None
    finally:
        connection.close()
