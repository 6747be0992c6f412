"""`retention`, against a real sidecar."""

import json
from pathlib import Path

import httpx
from click.testing import CliRunner

from otel_bridge_collector.cli.main import main
from otel_bridge_collector.cli.retention import told
from tests.support.collector import Collector, running_collector

LIMITED = ("--set", "extensions.retention.logs.max_age=30d")


def keep_old_and_new(collector: Collector) -> None:
    made = httpx.post(f"{collector.api}/v1/project", json={"name": "checkout"}).raise_for_status()
    rows = [
        {"id": name, "created": created, "project_id": made.json()["id"], "log_id": "g"}
        for name, created in (("old", "2020-01-01T00:00:00Z"), ("new", "2500-01-01T00:00:00Z"))
    ]
    httpx.post(f"{collector.api}/logs3", json={"rows": rows, "api_version": 2}).raise_for_status()
    assert len(collector.query("select: id | from: project_logs('checkout')")) == 2


def test_it_tells_what_would_go_then_removes_it(tmp_path: Path) -> None:
    with running_collector(tmp_path / "data", *LIMITED) as collector:
        keep_old_and_new(collector)

        planned = CliRunner().invoke(main, ["retention", "--dry-run", "--url", collector.api])
        there = collector.query("select: id | from: project_logs('checkout')")
        done = CliRunner().invoke(main, ["retention", "--url", collector.api, "--format", "json"])
        left = collector.query("select: id | from: project_logs('checkout')")

    assert (planned.exit_code, done.exit_code) == (0, 0)
    assert [
        part in planned.output for part in ("checkout", "traces", "2020-01-01", "nothing was removed")
    ] == [True] * 4
    assert (len(there), left) == (2, [{"id": "new"}])
    assert json.loads(done.output)["removals"][0]["rows"] == 1


def test_what_went_beside_rows_is_told_and_what_did_not_is_not() -> None:
    report = {
        "kind": "pass", "history": 2, "facts": 0, "dead_letters": 1, "attachments": 0, "took_s": 1.25,
        "longest_step_s": 0.05, "file_bytes_before": 9, "file_bytes_after": 4,
    }  # fmt: skip

    assert told(report) == [
        "also removed: 2 past states, 1 dead letters",
        "took 1.2 s, longest step 50 ms; the store's file: 9 bytes before, 4 after",
    ]


def test_an_address_where_nothing_is_says_what_to_do() -> None:
    answer = CliRunner().invoke(main, ["retention", "--url", "http://127.0.0.1:1"])

    assert answer.exit_code == 1
    assert "otel-bridge-collector serve" in answer.output
