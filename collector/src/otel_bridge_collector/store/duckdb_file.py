"""The file of the embedded store: its engine's settings, its tables, and what a file of an earlier version lacks.

It reads and writes no row. Source: spec/storage.md sections 1 and 8, and docs/decisions/0003-duckdb-store.md.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import duckdb

from otel_bridge_collector.store.columns import COLUMNS, COST, HISTORY_TABLE, column_definitions

# v1.5.0 can be read by every DuckDB from 1.5 on, a file in 2.0's own format only by 2.0 (spec/storage.md section 1).
_ATTACH: Final = "ATTACH {path} AS store (STORAGE_VERSION 'v1.5.0', ROW_GROUP_SIZE 16384)"

FACT_COLUMNS: Final[Mapping[str, str]] = {
    "object_type": "VARCHAR",
    "object_id": "VARCHAR",
    "id": "VARCHAR",
    "fact": "VARCHAR",
    "stated_ns": "UBIGINT",
    "fills_only": "BOOLEAN",
    "content": "VARCHAR",
    "xact_id": "UBIGINT",
}

_SCHEMA: Final = f"""
BEGIN;
CREATE TABLE store.rows({column_definitions()});
CREATE TABLE store.facts({", ".join(f"{name} {kind}" for name, kind in FACT_COLUMNS.items())});
CREATE TABLE {HISTORY_TABLE}({column_definitions()}, until_xact_id UBIGINT);
CREATE TABLE store.progress AS SELECT 0::UBIGINT AS next_seq;
COMMIT
"""

HISTORY_COLUMNS: Final[Mapping[str, str]] = {**COLUMNS, "until_xact_id": "UBIGINT"}
_HISTORY: Final = f"CREATE TABLE IF NOT EXISTS {HISTORY_TABLE}({column_definitions()}, until_xact_id UBIGINT)"
_UPGRADE: Final = f"ALTER TABLE store.rows ADD COLUMN IF NOT EXISTS {COST} {COLUMNS[COST]}; {_HISTORY}"
"""What a file of an earlier version lacks."""


def open_file(path: Path, *, memory_limit_mb: int, threads: int) -> duckdb.DuckDBPyConnection:
    """Open the file, and make it where there is none.

    Raises:
        duckdb.Error: another process has it, or it is no DuckDB file.
    """
    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": f"{memory_limit_mb}MB",
            "threads": threads,
            "temp_directory": str(path.with_suffix(".tmp")),
            # A checkpoint stalls the writer (spec/storage.md section 8, rule 3), so rarely.
            "checkpoint_threshold": "256MB",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    quoted = "'" + str(path).replace("'", "''") + "'"
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    connection.execute(_ATTACH.format(path=quoted))
    # A statement that slipped through query planning must reach no file but this one.
    connection.execute("SET enable_external_access = false")
    return connection


def read_progress(connection: duckdb.DuckDBPyConnection) -> int:
    """Make the tables, or what a file of an earlier version lacks, and return the place in the spool.

    Raises:
        duckdb.Error: it is no store.
    """
    try:
        row = connection.execute("SELECT next_seq FROM store.progress").fetchone()
    except duckdb.CatalogException:
        connection.execute(_SCHEMA)
        return 0
    connection.execute(_UPGRADE)
    return int(row[0]) if row else 0
