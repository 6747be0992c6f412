"""`status`, against a real sidecar."""

import json
from pathlib import Path

import httpx
from click.testing import CliRunner

from otel_bridge_collector.cli.main import main
from tests.support.collector import running_collector
from tests.support.prompts import project_id


def test_quotas_are_a_table_of_who_used_how_much_and_was_refused(tmp_path: Path) -> None:
    config = "yaml:extensions: {quotas: {spans_per_second: 2, burst: 1s}}"
    with running_collector(tmp_path / "data", "--config", config) as collector:
        project = project_id(collector.api, "p")
        rows = [{"id": str(number), "project_id": project} for number in range(200)]
        sent = [httpx.post(f"{collector.api}/logs3", json={"rows": rows}).status_code for _ in range(3)]
        table = CliRunner().invoke(main, ["status", "--url", collector.api]).output
        shown = CliRunner().invoke(main, ["status", "--url", collector.api, "--format", "json"]).output

    (told,) = json.loads(shown)["quotas"]
    assert sent == [200, 429, 429]
    assert (told["who"], told["used"], told["refused"]) == ("project p", 200, 2)
    assert [text in table for text in ("quota of", "project p", "2 spans/s", "200")] == [True] * 4


def test_without_quotas_there_is_no_table_of_them(tmp_path: Path) -> None:
    with running_collector(tmp_path / "data") as collector:
        table = CliRunner().invoke(main, ["status", "--url", collector.api])

    assert (table.exit_code, "quota of" in table.output) == (0, False)


def test_each_destination_is_a_line(tmp_path: Path) -> None:
    config = f"yaml:exporters: {{file/x: {{directory: '{tmp_path}/rows'}}}}"
    with running_collector(tmp_path / "data", "--config", config) as collector:
        table = CliRunner().invoke(main, ["status", "--url", collector.api]).output
        shown = CliRunner().invoke(main, ["status", "--url", collector.api, "--format", "json"]).output

    assert [name in table for name in ("store", "file/x", "delivering")] == [True, True, True]
    assert [each["name"] for each in json.loads(shown)["destinations"]] == ["store", "file/x"]


def test_a_sidecar_that_takes_nothing_says_why(tmp_path: Path) -> None:
    variables = {"OTEL_BRIDGE_SPOOL_MIN_FREE_BYTES": str(1 << 60)}
    with running_collector(tmp_path / "data", env=variables) as running:
        told = CliRunner().invoke(main, ["status", "--url", running.api])

    assert told.exit_code == 0
    assert "it takes no traffic: spool: the disk of the data folder is short of room" in told.output
