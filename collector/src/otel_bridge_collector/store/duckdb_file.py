"""The file of the embedded store: its engine's settings, its tables, and their versions.

It reads and writes no row. Source: spec/storage.md sections 1 and 8, and docs/decisions/0003-duckdb-store.md.
"""

import contextlib
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import duckdb

from otel_bridge_collector.errors import StoreError
from otel_bridge_collector.store.columns import (
    COLUMNS,
    COST,
    HISTORY_TABLE,
    REMOVED_TABLE,
    ROWS_TABLE,
    SIZE,
    column_definitions,
)

logger = logging.getLogger(__name__)

_FIRST_STATED: Final = 4
"""The first version that stands in the file."""

# v1.5.0 can be read by every DuckDB from 1.5 on, a file in 2.0's own format only by 2.0 (spec/storage.md section 1).
_ATTACH: Final = "ATTACH {path} AS store (STORAGE_VERSION 'v1.5.0', ROW_GROUP_SIZE 16384)"

_MERGES: Final = "max_vacuum_tasks"
"""The engine's setting: how many times a checkpoint makes fewer row groups of several, to give back the room of removed rows."""

_MANY_MERGES: Final = 100

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

HISTORY_COLUMNS: Final[Mapping[str, str]] = {**COLUMNS, "until_xact_id": "UBIGINT"}

_SCHEMA: Final = f"""
CREATE TABLE store.rows({column_definitions()});
CREATE TABLE store.facts({", ".join(f"{name} {kind}" for name, kind in FACT_COLUMNS.items())});
CREATE TABLE {HISTORY_TABLE}({column_definitions()}, until_xact_id UBIGINT);
CREATE TABLE {REMOVED_TABLE}(object_type VARCHAR, project_id VARCHAR, before TIMESTAMP);
CREATE TABLE store.progress AS SELECT 0::UBIGINT AS next_seq;
CREATE TABLE store.schema_version AS SELECT {{version}}::UINTEGER AS version;
"""
"""The newest schema, for a new file."""

# ruff: noqa: S608 - our own names
_TEXTS_OF_VERSION_3: Final = (
    "object_type", "object_id", "id", "span_id", "root_span_id", "org_id", "project_id", "log_id", "name", "type", "model",
    "span_parents", "input", "output", "expected", "error", "scores", "metadata", "metrics", "tags", "span_attributes",
    "context", "origin", "classifications", "facets", "comments", "audit_data", "_async_scoring_state", "extra", "base",
)  # fmt: skip
_SIZES: Final = "; ".join(
    f"ALTER TABLE {table} ADD COLUMN {SIZE} UBIGINT; UPDATE {table} SET {SIZE} = "
    + " + ".join(f"coalesce(strlen({name}), 0)" for name in _TEXTS_OF_VERSION_3)
    for table in (ROWS_TABLE, HISTORY_TABLE)
)
_MIGRATIONS: Final[Sequence[str]] = (
    f"ALTER TABLE store.rows ADD COLUMN {COST} DOUBLE",
    # The columns of then, in their order: those of rows, and one more.
    f"CREATE TABLE {HISTORY_TABLE} AS SELECT *, NULL::UBIGINT AS until_xact_id FROM store.rows LIMIT 0",
    f"{_SIZES}; CREATE TABLE {REMOVED_TABLE}(object_type VARCHAR, project_id VARCHAR, before TIMESTAMP);"
    " CREATE TABLE store.schema_version AS SELECT 0::UINTEGER AS version",
)
"""Step i brings a file of version i + 1 to version i + 2. Never changed, only appended to."""

VERSION: Final = len(_MIGRATIONS) + 1
"""The schema that this release writes."""


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
            # A checkpoint stalls the writer and with it whoever waits to read what was just sent, so each is small and merges nothing.
            "checkpoint_threshold": "64MB",
            _MERGES: 0,
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


def merge_row_groups(connection: duckdb.DuckDBPyConnection) -> None:
    """Checkpoint as no other checkpoint does: give back the room of removed rows, which may take seconds.

    Raises:
        duckdb.Error: the engine cannot do so now.
    """
    connection.execute(f"SET GLOBAL {_MERGES} = {_MANY_MERGES}")
    try:
        connection.execute("CHECKPOINT store")
    finally:
        connection.execute(f"SET GLOBAL {_MERGES} = 0")


def read_progress(connection: duckdb.DuckDBPyConnection, *, path: Path) -> int:
    """Make the tables, or bring those of an earlier version to the newest schema, and return the place in the spool.

    Each step is a transaction of its own: whatever ends the process, the file is of one version or of the next.

    Raises:
        StoreError: the file is of a newer version.
        duckdb.Error: it is no store.
    """
    version = schema_version(connection)
    if version > VERSION:
        raise StoreError(
            f"the store {path} is of version {version}, and this release knows up to {VERSION}:"
            " use the newer release that wrote it, or restore a backup that this release can read"
        )
    if version == 0:
        _in_transaction(connection, _SCHEMA.format(version=VERSION))
    for step in range(version, VERSION) if version else ():
        logger.info("bringing the store %s from version %d to %d", path, step, step + 1)
        _in_transaction(connection, f"{_MIGRATIONS[step - 1]}; {_noted(step + 1)}")
    row = connection.execute("SELECT next_seq FROM store.progress").fetchone()
    return int(row[0]) if row else 0


def schema_version(connection: duckdb.DuckDBPyConnection) -> int:
    """Return the version of the file's schema; 0 for a file without tables.

    Files before version 4 do not state it: what they lack tells.
    """
    has = {
        (str(table), str(column))
        for table, column in connection.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = 'store'"
        ).fetchall()
    }
    if ("schema_version", "version") in has:
        row = connection.execute("SELECT version FROM store.schema_version").fetchone()
        return int(row[0]) if row else 0
    if ("history", "until_xact_id") in has:
        return _FIRST_STATED - 1
    if ("rows", COST) in has:
        return 2
    return 1 if ("progress", "next_seq") in has else 0


def _noted(version: int) -> str:
    return f"UPDATE store.schema_version SET version = {version}" if version >= _FIRST_STATED else ""


def _in_transaction(connection: duckdb.DuckDBPyConnection, statements: str) -> None:
    connection.begin()
    try:
        connection.execute(statements)
        connection.commit()
    except BaseException:
        with contextlib.suppress(duckdb.TransactionException):
            connection.rollback()
        raise
