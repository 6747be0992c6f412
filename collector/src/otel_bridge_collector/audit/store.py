"""Look through the store: rows, their past states, their facts; and the fields of projects and other named objects."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final, cast

import duckdb

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.audit.findings import Findings
from otel_bridge_collector.audit.records import Advance
from otel_bridge_collector.audit.rows import RowAudit
from otel_bridge_collector.errors import StoreError
from otel_bridge_collector.masking.rules import RuleSet
from otel_bridge_collector.store.columns import COLUMNS, HISTORY_TABLE, ROWS_TABLE, from_columns
from otel_bridge_collector.store.duckdb_file import VERSION, open_file, schema_version
from otel_bridge_collector.store.json_text import load_json

_STEP: Final = 500
"""Rows in memory at a time."""

_MEMORY_MB: Final = 512
_FACTS: Final = "store.facts"
_TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    ROWS_TABLE: tuple(COLUMNS),
    HISTORY_TABLE: tuple(COLUMNS),
    _FACTS: ("content",),
}
_OBJECTS: Final = (
    "SELECT data FROM project UNION ALL SELECT data FROM object UNION ALL SELECT data FROM object_version"
)


class StoreAudit:
    """One store that nobody writes."""

    def __init__(self, path: Path) -> None:
        """Open it as it is.

        Raises:
            StoreError: it cannot be opened, or is of another version.
        """
        try:
            self._connection = open_file(path, memory_limit_mb=_MEMORY_MB, threads=1)
            version = schema_version(self._connection)
        except duckdb.Error as error:
            raise StoreError(f"cannot open the store {path}: {error}") from error
        if version != VERSION:
            self.close()
            raise StoreError(
                f"the store {path} is of version {version}, and this release reads {VERSION}:"
                " start a sidecar of this release on the folder once, or use the release that wrote it"
            )

    def size(self) -> int:
        """Return how many rows there are to look through, as far as `run` counts them."""
        return sum(self._end(table) for table in _TABLES)

    def run(self, rules: RuleSet, findings: Findings, advance: Advance) -> None:
        """Look through all tables."""
        for table in _TABLES:
            masker = RowAudit(rules, findings.at(f"store: {table.removeprefix('store.')}"))
            for start in range(0, end := self._end(table), _STEP):
                for row in self._rows(table, start):
                    masker.row(row)
                advance(min(_STEP, end - start))

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _end(self, table: str) -> int:
        found = self._connection.execute(f"SELECT coalesce(max(rowid) + 1, 0) FROM {table}").fetchone()  # noqa: S608 - our names
        return int(found[0]) if found else 0

    def _rows(self, table: str, start: int) -> Iterator[Row]:
        names = _TABLES[table]
        found = self._connection.execute(
            f"SELECT {', '.join(names)} FROM {table} WHERE rowid >= $1 AND rowid < $2",  # noqa: S608 - our names
            [start, start + _STEP],
        ).fetchall()
        for values in found:
            if table == _FACTS:
                yield cast("Row", load_json(values[0]))
                continue
            columns = dict(zip(names, values, strict=True))
            yield from_columns(columns)
            if columns["base"] is not None:
                yield cast("Row", load_json(columns["base"]))


def audit_objects(path: Path, rules: RuleSet, findings: Findings) -> None:
    """Look through the fields of projects and of whatever else has a name, in each of their states.

    Raises:
        StoreError: the file cannot be read.
    """
    masker = RowAudit(rules, findings.at("objects"))
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            for (text,) in connection.execute(_OBJECTS):
                masker.fields(cast("Mapping[str, Json]", load_json(text)))
    except (sqlite3.Error, ValueError) as error:
        raise StoreError(f"cannot read the objects {path}: {error}") from error
