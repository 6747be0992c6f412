"""`status`, against a real sidecar."""

import json
from pathlib import Path

from click.testing import CliRunner

from otel_bridge_collector.cli.main import main
from tests.support.collector import running_collector


def test_each_destination_is_a_line(tmp_path: Path) -> None:
    config = f"yaml:exporters: {{file/x: {{directory: '{tmp_path}/rows'}}}}"
    with running_collector(tmp_path / "data", "--config", config) as collector:
        table = CliRunner().invoke(main, ["status", "--url", collector.api]).output
        shown = CliRunner().invoke(main, ["status", "--url", collector.api, "--format", "json"]).output

    assert [name in table for name in ("store", "file/x", "delivering")] == [True, True, True]
    assert [each["name"] for each in json.loads(shown)["destinations"]] == ["store", "file/x"]
