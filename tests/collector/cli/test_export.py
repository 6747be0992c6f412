"""`export` against an API on a real socket."""

import json
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from otel_bridge_collector.cli.main import main


def export(url: str, *options: str) -> Result:
    return CliRunner().invoke(main, ["export", "--url", url, *options])


def ids(text: str) -> list[str]:
    return [json.loads(line)["id"] for line in text.splitlines()]


def test_rows_go_to_standard_output_the_oldest_first(example_url: str) -> None:
    result = export(example_url, "--page-size", "2")

    assert result.exit_code == 0
    assert ids(result.stdout) == ["a", "b", "c", "d", "e"]
    assert result.stderr.strip() == "5 rows"


def test_a_filter_and_a_source_choose(example_url: str) -> None:
    result = export(example_url, "--from", "project_logs('p')", "--filter", "scores.Factuality >= 0.5")

    assert ids(result.stdout) == ["a", "c"]


def test_an_export_goes_on_behind_its_last_whole_line(example_url: str, tmp_path: Path) -> None:
    out = tmp_path / "rows.jsonl"
    export(example_url, "--out", str(out), "--page-size", "2")
    whole = out.read_bytes()
    lines = whole.splitlines(keepends=True)
    out.write_bytes(b"".join(lines[:2]) + lines[2][:20])

    result = export(example_url, "--out", str(out), "--resume")

    assert (result.exit_code, result.stderr.strip()) == (0, f"3 rows in {out}")
    assert out.read_bytes() == whole


@pytest.mark.parametrize("content", [b"", b"{half"])
def test_a_file_without_a_whole_line_is_begun_anew(example_url: str, tmp_path: Path, content: bytes) -> None:
    out = tmp_path / "rows.jsonl"
    out.write_bytes(content)

    export(example_url, "--out", str(out), "--resume")

    assert ids(out.read_text(encoding="utf-8")) == ["a", "b", "c", "d", "e"]


def test_parquet_has_all_pages(example_url: str, tmp_path: Path) -> None:
    out = tmp_path / "rows.parquet"

    result = export(example_url, "--out", str(out), "--page-size", "2")

    with duckdb.connect() as connection:
        rows = connection.execute("SELECT id, created, tags FROM read_parquet($1)", [str(out)]).fetchall()
    assert (result.exit_code, result.stderr.strip()) == (0, f"5 rows in {out}")
    assert [row[0] for row in rows] == ["a", "b", "c", "d", "e"]
    assert rows[2][2] == ["done", "triage"]
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["rows.parquet"]


def test_parquet_of_nothing_has_columns(example_url: str, tmp_path: Path) -> None:
    out = tmp_path / "rows.parquet"

    result = export(example_url, "--out", str(out), "--filter", "false")

    with duckdb.connect() as connection:
        columns = connection.execute("DESCRIBE SELECT * FROM read_parquet($1)", [str(out)]).fetchall()
    assert (result.exit_code, "metadata" in [column[0] for column in columns]) == (0, True)


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        pytest.param(["--resume"], 2, "name it with --out", id="resume-a-pipe"),
        pytest.param(["--format", "parquet"], 2, "name it with --out", id="parquet-to-a-pipe"),
        pytest.param(["--filter", "((("], 2, "expected an expression", id="wrong-filter"),
        pytest.param(["--out", "/nosuch/rows.jsonl"], 1, "cannot write", id="no-folder"),
        pytest.param(["--from", "nosuch('p')"], 2, "unknown source", id="wrong-source"),
    ],
)
def test_what_is_wrong_is_said(example_url: str, options: list[str], code: int, words: str) -> None:
    result = export(example_url, *options)

    assert (result.exit_code, words in result.stderr) == (code, True)


def test_a_file_that_is_no_export_is_not_gone_on_with(example_url: str, tmp_path: Path) -> None:
    out = tmp_path / "notes.jsonl"
    out.write_text("hello\n", encoding="utf-8")

    result = export(example_url, "--out", str(out), "--resume")

    assert (result.exit_code, "is no row of an export" in result.stderr) == (1, True)
    assert out.read_text(encoding="utf-8") == "hello\n"
