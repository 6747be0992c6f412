"""`receipts`, against a real sidecar."""

import json
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from otel_bridge.contract.receipt import RECEIPT_HEADER
from otel_bridge_collector.cli.main import main
from tests.support.collector import running_collector
from tests.support.otlp_request import span, traces

pytestmark = pytest.mark.one_python


def test_each_process_is_a_line_with_what_it_lost(tmp_path: Path) -> None:
    body = traces(span(6)).SerializeToString()
    sent = {"content-type": "application/x-protobuf"}
    receipt = f"process={'c5' * 16};pid=4711;batch=1;spans=1;ended=7;filtered=1;queue_full=2;is_last=1"
    with running_collector(tmp_path / "data") as collector:
        for headers in (sent, {**sent, RECEIPT_HEADER: receipt}):
            httpx.post(f"{collector.otlp_http}/v1/traces", content=body, headers=headers)
        asked = ["receipts", "--url", collector.api]
        table = CliRunner().invoke(main, asked).output
        newest = CliRunner().invoke(main, [*asked, "--limit", "1"]).output
        told = CliRunner().invoke(main, [*asked, "--process", "4711", "--format", "json"]).output

    assert "2 queue full; 3 never arrived; 1 filtered" in " ".join(table.replace("│", " ").split())
    assert [text in table for text in ("process 4711 of", "plain", "unknown")] == [True, True, True]
    assert "1 older ones are not shown: --limit 2" in newest
    assert [each["pid"] for each in json.loads(told)["receipts"]] == [4711]


def test_what_the_sidecar_refuses_is_told(tmp_path: Path) -> None:
    with running_collector(tmp_path / "data") as collector:
        result = CliRunner().invoke(main, ["receipts", "--url", collector.api, "--limit", "99999"])

    assert result.exit_code == 1
    assert '"limit" has to be a number up to 10000' in result.output
