"""Rows of an answer as one Parquet file.

Source: spec/btql.md section 7.8. Instants are TIMESTAMP in UTC, `tags` and `span_parents` lists of text, numbers BIGINT or DOUBLE, and
whatever may be any JSON is text that holds JSON.
"""
# ruff: noqa: S608 - the names of columns, which are quoted, and nothing else

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import duckdb

from otel_bridge.contract.row import Json
from otel_bridge_collector.query.answer import Answer
from otel_bridge_collector.store.json_text import dump_json

_LISTS: Final = ("tags", "span_parents")


def to_parquet(answer: Answer) -> bytes:
    """Return a file with the columns of an answer, zstd compressed; without rows it has columns only."""
    names = list(answer.properties)
    columns = [_column(name, answer) for name in names]
    definitions = ", ".join(f"c{index} {kind}" for index, (kind, _) in enumerate(columns))
    quoted = ", ".join(f"c{index} AS {_quoted(name)}" for index, name in enumerate(names))
    with TemporaryDirectory() as folder, duckdb.connect() as connection:
        path = Path(folder) / "answer.parquet"
        connection.execute(f"CREATE TABLE answer({definitions})")
        unnested = ", ".join(
            f"unnest(${index}::{kind}[])" for index, (kind, _) in enumerate(columns, start=1)
        )
        connection.execute(f"INSERT INTO answer SELECT {unnested}", [values for _, values in columns])
        connection.execute(
            f"COPY (SELECT {quoted} FROM answer) TO {_literal(str(path))} (FORMAT parquet, COMPRESSION zstd)"
        )
        return path.read_bytes()


def _column(name: str, answer: Answer) -> tuple[str, list[object]]:
    values = [row[name] for row in answer.data]
    kind = _kind(name, answer.properties[name], values)
    read = _READERS.get(kind, _same)
    return kind, [None if value is None else read(value) for value in values]


def _kind(name: str, described: Mapping[str, Json], values: Sequence[Json]) -> str:
    if described.get("format") == "date-time":
        return "TIMESTAMP"
    if name in _LISTS and all(value is None or _is_texts(value) for value in values):
        return "VARCHAR[]"
    kinds = described.get("type")
    first = kinds[0] if isinstance(kinds, list) else None
    if first == "number":
        return "BIGINT" if all(value is None or _is_bigint(value) for value in values) else "DOUBLE"
    return {"boolean": "BOOLEAN", "string": "VARCHAR"}.get(str(first), "JSON")


def _is_texts(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_bigint(value: Json) -> bool:
    return isinstance(value, int) and abs(value) < 1 << 63


def _same(value: Json) -> object:
    return value


def _instant(value: Json) -> object:
    return datetime.fromisoformat(str(value)).replace(tzinfo=None)


_READERS: Final[Mapping[str, Callable[[Json], object]]] = {"JSON": dump_json, "TIMESTAMP": _instant}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
