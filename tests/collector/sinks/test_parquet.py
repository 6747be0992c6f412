"""JSON lines to Parquet."""

import json
from pathlib import Path

import duckdb
import pytest

from otel_bridge_collector.sinks.parquet import write_parquet


def test_more_rows_than_are_in_memory_at_a_time_are_all_there(tmp_path: Path) -> None:
    lines = tmp_path / "rows.jsonl"
    lines.write_text(
        "".join(
            json.dumps({"id": str(number), "project_id": "p", "_xact_id": "7"}) + "\n"
            for number in range(2_500)
        )
    )

    write_parquet(lines, tmp_path / "rows.parquet")

    assert len(duckdb.read_parquet(str(tmp_path / "rows.parquet"))) == 2_500


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text("")

    with pytest.raises(OSError, match="cannot write"):
        write_parquet(tmp_path / "rows.jsonl", tmp_path / "none" / "rows.parquet")

    assert [path.name for path in tmp_path.iterdir()] == ["rows.jsonl"]
