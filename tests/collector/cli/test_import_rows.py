"""`import` against an API on a real socket."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from otel_bridge_collector.cli.main import main
from tests.support.collector import running_collector

RECORDED = Path(__file__).parents[2] / "conventions" / "logfire" / "anthropic-tools-version-3.otlp.json"


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, list(arguments), input=stdin)


def exported(url: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run("export", "--url", url).stdout.splitlines()]


def told_by_the_app(row: dict[str, Any]) -> dict[str, Any]:
    made_here = {"_xact_id", "_pagination_key", "audit_data", "project_id", "org_id"}
    return {name: value for name, value in row.items() if name not in made_here}


@pytest.mark.parametrize(
    "options", [pytest.param([], id="as-it-was"), pytest.param(["--project", "copy"], id="project")]
)
def test_an_export_comes_back_with_its_ids(example_url: str, empty_url: str, options: list[str]) -> None:
    lines = run("export", "--url", example_url).stdout

    result = run("import", "--url", empty_url, *options, "-", stdin=lines)

    assert (result.exit_code, result.stderr.strip()) == (0, "5 rows kept")
    assert [told_by_the_app(row) for row in exported(empty_url)] == [
        told_by_the_app(row) for row in exported(example_url)
    ]


def test_an_import_can_be_repeated(example_url: str) -> None:
    lines = run("export", "--url", example_url).stdout

    run("import", "--url", example_url, "-", stdin=lines)

    assert [row["id"] for row in exported(example_url)] == ["a", "b", "c", "d", "e"]


def test_a_line_at_fault_is_named_and_its_neighbours_are_kept(empty_url: str, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    good = json.dumps({"id": "good", "project_id": "p", "input": 1})
    bad = json.dumps({"id": "bad", "input": 1})
    rows.write_text(f"{good}\n\nnonsense\n[1]\n{bad}\n", encoding="utf-8")

    result = run("import", "--url", empty_url, str(rows))

    assert result.exit_code == 1
    assert "1 row kept" in result.stderr
    assert all(f"{rows}:{number}: " in result.stderr for number in (3, 4, 5))
    assert [row["id"] for row in exported(empty_url)] == ["good"]


def test_lines_that_are_all_at_fault_are_all_named(empty_url: str) -> None:
    bad = json.dumps({"id": "bad", "input": 1})

    result = run("import", "--url", empty_url, "-", stdin=f"{bad}\n{bad}\n")

    assert (result.exit_code, "0 rows kept" in result.stderr) == (1, True)
    assert ":1: " in result.stderr
    assert ":2: " in result.stderr


def test_a_file_that_is_not_there_is_wrong_usage(empty_url: str) -> None:
    assert run("import", "--url", empty_url, "/nosuch.jsonl").exit_code == 2


def test_without_a_sidecar_it_says_so() -> None:
    result = run("import", "--url", "http://127.0.0.1:9", "-", stdin='{"id": "a"}\n')

    assert (result.exit_code, "start one with: otel-bridge-collector serve" in result.stderr) == (1, True)


def test_otlp_requests_in_json_become_rows_beside_rows(tmp_path: Path) -> None:
    request = json.loads(RECORDED.read_bytes())
    spans = sum(len(scope["spans"]) for each in request["resourceSpans"] for scope in each["scopeSpans"])
    lines = f"{json.dumps(request)}\n{json.dumps({'id': 'row', 'input': 1})}\n"
    with running_collector(tmp_path) as collector:
        result = run("import", "--url", collector.api, "--project", "copied", "-", stdin=lines)
        rows = collector.query("select: id, span_id | from: project_logs('copied')")

    assert (result.exit_code, result.stderr.strip()) == (0, "1 row and 1 OTLP request kept")
    assert len(rows) == spans + 1
