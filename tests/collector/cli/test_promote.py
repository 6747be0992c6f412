"""`promote` against an API on a real socket, and against a sidecar where masking, files and retention matter."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from otel_bridge_collector.cli.main import main
from tests.support.collector import running_collector

pytestmark = pytest.mark.one_python

MASKING = """
processors: {masking: {rules: [{patterns: [emails]}]}}
service: {pipelines: {traces: {receivers: [otlp, braintrust], processors: [masking], exporters: [store]}}}
"""
ROOTS = "from: project_logs('p') | filter: is_root"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def promoted(url: str, query: str, *options: str) -> Result:
    return run("promote", query, "--dataset", "cases", "--url", url, *options)


def queried(url: str, query: str) -> list[dict[str, Any]]:
    result = run("query", query, "--url", url, "--format", "json")
    rows: list[dict[str, Any]] = json.loads(result.stdout)
    return rows


def records(url: str, name: str = "cases") -> list[dict[str, Any]]:
    (dataset,) = httpx.get(f"{url}/v1/dataset", params={"dataset_name": name}).json()["objects"]
    return queried(url, f"select: * | from: dataset('{dataset['id']}') | sort: origin.id | limit: 99")


def test_each_row_becomes_a_record_with_its_origin(example_url: str) -> None:
    result = promoted(example_url, ROOTS)

    assert (result.exit_code, result.stderr) == (0, "dataset cases: 3 added, 0 there already\n")
    (a, c, e) = records(example_url)
    (row,) = queried(example_url, "filter: id = 'a'")
    assert (a["input"], a["tags"], a["metadata"]) == (row["input"], row["tags"], row["metadata"])
    assert a["origin"] == {
        "object_type": "project_logs",
        "object_id": row["project_id"],
        **{name: row[name] for name in ("id", "_xact_id", "created")},
    }
    assert [c["origin"]["id"], e["origin"]["id"]] == ["c", "e"]


def test_twice_adds_nothing_and_keeps_what_was_edited(example_url: str) -> None:
    promoted(example_url, ROOTS)
    first = records(example_url)[0]
    edit = {"id": first["id"], "dataset_id": first["dataset_id"], "expected": "by hand", "_is_merge": True}
    httpx.post(f"{example_url}/logs3", json={"rows": [edit], "api_version": 2}).raise_for_status()

    result = promoted(example_url, ROOTS)

    assert result.stderr == "dataset cases: 0 added, 3 there already\n"
    assert [record["expected"] for record in records(example_url)] == ["by hand", None, None]


def test_a_record_that_somebody_else_made_of_the_row_counts(example_url: str) -> None:
    promoted(example_url, "filter: id = 'a' | limit: 1")
    (made,) = records(example_url)
    by_hand = {
        "id": "mine",
        "dataset_id": made["dataset_id"],
        "input": "c",
        "origin": {**made["origin"], "id": "c"},
    }
    httpx.post(f"{example_url}/logs3", json={"rows": [by_hand], "api_version": 2}).raise_for_status()

    assert promoted(example_url, ROOTS).stderr == "dataset cases: 1 added, 2 there already\n"


def test_a_dry_run_shows_what_would_be_and_makes_nothing(example_url: str) -> None:
    result = promoted(example_url, ROOTS, "--dry-run", "--project", "not there")

    assert (result.exit_code, result.stderr) == (0, "dataset cases: 3 would be added, 0 there already\n")
    assert "How do I reset?" in result.stdout
    assert httpx.get(f"{example_url}/v1/dataset").json()["objects"] == []
    assert [each["name"] for each in httpx.get(f"{example_url}/v1/project").json()["objects"]] == ["p"]


def test_the_dataset_may_be_of_another_project(example_url: str) -> None:
    promoted(example_url, ROOTS, "--project", "tests")

    found = httpx.get(f"{example_url}/v1/dataset", params={"project_name": "tests"}).json()["objects"]
    assert [each["name"] for each in found] == ["cases"]


def test_rows_without_an_input_are_counted_and_left_out(example_url: str) -> None:
    result = promoted(example_url, "filter: true")

    assert result.stderr == "dataset cases: 4 added, 0 there already, 1 without an input left out\n"


def test_a_query_without_a_limit_gives_all_its_rows(empty_url: str) -> None:
    rows = [{"id": f"{n}", "project_id": "p1", "log_id": "g", "input": n} for n in range(1_203)]
    httpx.post(f"{empty_url}/logs3", json={"rows": rows, "api_version": 2}, timeout=60).raise_for_status()

    assert promoted(empty_url, "select: *").stderr == "dataset cases: 1203 added, 0 there already\n"
    assert promoted(empty_url, "select: *").stderr == "dataset cases: 0 added, 1203 there already\n"


def test_a_query_that_gives_nothing_makes_no_dataset(example_url: str) -> None:
    result = promoted(example_url, "filter: id = 'none'")

    assert (result.exit_code, result.stderr) == (0, "dataset cases: 0 added, 0 there already\n")
    assert httpx.get(f"{example_url}/v1/dataset").json()["objects"] == []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        pytest.param("select: id", "write `select: *`", id="no whole rows"),
        pytest.param("measures: count(1) as n", "write `select: *`", id="groups"),
        pytest.param("from: project_logs('p') traces", "filter: is_root", id="traces"),
        pytest.param("from: project_logs('p') summary", "filter: is_root", id="summaries"),
        pytest.param("sort: created", "needs a limit", id="sorted"),
    ],
)
def test_a_query_that_gives_no_whole_rows_is_wrong_usage(example_url: str, query: str, said: str) -> None:
    result = promoted(example_url, query)

    assert result.exit_code == 2
    assert said in result.stderr


def test_rows_of_several_projects_need_one_for_the_dataset(example_url: str) -> None:
    row = {"id": "z", "project_id": "other", "log_id": "g", "input": 1}
    httpx.post(f"{example_url}/logs3", json={"rows": [row], "api_version": 2}).raise_for_status()

    result = promoted(example_url, "filter: is_root")

    assert (result.exit_code, "2 projects" in result.stderr) == (2, True)


def test_a_wrong_query_is_shown_with_its_place(example_url: str) -> None:
    result = promoted(example_url, "filter: metadata.x ==== 1")

    assert result.exit_code == 2
    assert "^" in result.stderr


def test_what_the_sidecar_refuses_is_named(example_url: str) -> None:
    # The dataset cannot be made under this name, so nothing is.
    result = run("promote", ROOTS, "--dataset", "", "--url", example_url)

    assert result.exit_code == 1


def test_records_pass_the_masking_of_today_and_keep_their_files(tmp_path: Path) -> None:
    reference = {
        "type": "braintrust_attachment", "key": "k1", "filename": "a.txt", "content_type": "text/plain",
    }  # fmt: skip
    row = {
        "id": "r",
        "project_id": "p1",
        "log_id": "g",
        "input": {"file": reference, "mail": "jo@example.org"},
        "output": "ok",
    }
    config = tmp_path / "config.yaml"
    config.write_text(MASKING, encoding="utf-8")
    with running_collector(tmp_path / "data") as before:
        httpx.post(f"{before.api}/logs3", json={"rows": [row], "api_version": 2}).raise_for_status()
    with running_collector(tmp_path / "data", "--config", str(config)) as collector:
        result = promoted(collector.api, "filter: id = 'r'")
        (record,) = records(collector.api)

    assert result.stderr == "dataset cases: 1 added, 0 there already\n"
    assert record["input"]["file"] == reference
    assert "jo@example.org" not in json.dumps(record)
    assert record["expected"] == "ok"
