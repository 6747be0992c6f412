"""Answers as Parquet files."""

from pathlib import Path

import duckdb
import pytest

from otel_bridge_collector.api.parquet import to_parquet
from tests.support.rows import Asking


def read(folder: Path, example: Asking, query: str) -> tuple[list[tuple[str, str]], list[tuple[object, ...]]]:
    answer = example.answer(query)
    path = folder / "answer.parquet"
    path.write_bytes(to_parquet(answer))
    with duckdb.connect() as connection:
        columns = connection.execute("DESCRIBE SELECT * FROM read_parquet($1)", [str(path)]).fetchall()
        rows = connection.execute("SELECT * FROM read_parquet($1)", [str(path)]).fetchall()
    return [(name, kind) for name, kind, *_ in columns], rows


def test_columns_have_types(tmp_path: Path, example: Asking) -> None:
    query = "select: id, created, is_root, tags, metadata, metrics.tokens + 0 as n, scores.Factuality / 2 as f | filter: id = 'a'"

    columns, rows = read(tmp_path, example, query)

    assert dict(columns) == {
        "id": "VARCHAR", "created": "TIMESTAMP", "is_root": "BOOLEAN", "tags": "VARCHAR[]", "metadata": "JSON", "n": "BIGINT",
        "f": "DOUBLE",
    }  # fmt: skip
    assert rows[0][0] == "a"
    assert rows[0][3:] == (["triage"], '{"user_id":"1234","model":"gpt-4"}', 100, 0.45)


def test_no_rows_are_a_file_with_columns(tmp_path: Path, example: Asking) -> None:
    columns, rows = read(tmp_path, example, "select: id, input | filter: false")

    assert ([name for name, _ in columns], rows) == (["id", "input"], [])


@pytest.mark.parametrize("name", ["a b", 'quo"te', "x'; DROP TABLE answer; --", "Ü"])
def test_any_name_is_a_name(tmp_path: Path, example: Asking, name: str) -> None:
    quoted = name.replace('"', '""')

    columns, _ = read(tmp_path, example, f'select: id as "{quoted}" | limit: 1')

    assert columns == [(name, "VARCHAR")]
