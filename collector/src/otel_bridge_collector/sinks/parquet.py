"""JSON lines of rows to a Parquet file: one column for each column of the store, JSON fields as JSON text.

DuckDB writes it, which the store needs anyway.
"""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final, cast

import duckdb

from otel_bridge.contract.row import Row
from otel_bridge_collector.decode.native import parse_json
from otel_bridge_collector.store.columns import COLUMNS, to_columns

_LEFT_OUT: Final = frozenset({"base", "cost", "size_bytes"})
_IS_MERGE: Final = "is_merge"
_STEP: Final = 1_000
"""Rows that are in memory at a time."""


def write_parquet(lines: Path, path: Path) -> None:
    """Write the rows of a file of JSON lines; `path` appears when it is whole and durable.

    The column `is_merge` tells updates from whole rows.

    Raises:
        OSError: it cannot be written.
    """
    columns = {name: kind for name, kind in COLUMNS.items() if name not in _LEFT_OUT} | {_IS_MERGE: "BOOLEAN"}
    written = path.with_suffix(".parquet.part")
    connection = duckdb.connect(":memory:", config={"threads": 1, "memory_limit": "512MB"})
    try:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(
            f"CREATE TABLE rows({', '.join(f'{name} {kind}' for name, kind in columns.items())})"
        )
        unnested = ", ".join(
            f"unnest(${place}::{kind}[])" for place, kind in enumerate(columns.values(), start=1)
        )
        with lines.open("rb") as file:
            for values in _steps(file):
                connection.execute(f"INSERT INTO rows SELECT {unnested}", values)
        quoted = str(written).replace("'", "''")
        connection.execute(f"COPY rows TO '{quoted}' (FORMAT parquet, COMPRESSION zstd)")
    except duckdb.IOException as error:
        written.unlink(missing_ok=True)
        raise OSError(f"cannot write {path}: {error}") from error
    finally:
        connection.close()
    _sync(written)
    written.replace(path)


def _steps(file: BinaryIO) -> Iterator[list[list[object]]]:
    """Yield the rows of a file, some at a time, as one list for each column."""
    while lines := list(islice(file, _STEP)):
        yield [list(values) for values in zip(*map(_values, lines), strict=True)]


def _values(line: bytes) -> list[object]:
    row = cast("Row", parse_json(line))
    key = int(str(row.get("_pagination_key", "p0")).removeprefix("p"))
    named = zip(COLUMNS, to_columns(row, pagination_key=key, base=None), strict=True)
    return [*(value for name, value in named if name not in _LEFT_OUT), bool(row.get("_is_merge"))]


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
