"""Masking in a real sidecar: proven before it is ready, and by rules that change while it runs."""

import signal
from pathlib import Path
from typing import Final, cast

import httpx
import pytest

from otel_bridge_collector.spool.record import CANARY_PROJECT
from tests.support.collector import Collector, running_collector
from tests.support.otlp_receiver import wait_until
from tests.support.otlp_request import span, traces

pytestmark = pytest.mark.one_python

PROTOBUF: Final = {"content-type": "application/x-protobuf"}
MAIL: Final = "bob@x.example"
CONFIG: Final = """
processors: {{masking: {{rules: [{{{rule}}}]}}}}
service: {{pipelines: {{traces: {{receivers: [otlp, braintrust], processors: [masking], exporters: [store]}}}}}}
"""


def kept(sidecar: Collector, number: int) -> tuple[str, str]:
    """Send a span; return the address and the user that the store has of it."""
    body = traces(span(number, attributes={"to": MAIL, "user.id": "u7"})).SerializeToString()
    httpx.post(f"{sidecar.otlp_http}/v1/traces", content=body, headers=PROTOBUF).raise_for_status()
    query = f"from: project_logs('default-otel-project') | select: metadata | filter: id = '{number:016x}'"
    metadata = cast("dict[str, str]", sidecar.query(query)[0]["metadata"])
    return metadata["to"], metadata["user.id"]


def test_rules_change_while_it_runs(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(CONFIG.format(rule="patterns: [emails]"))
    with running_collector(tmp_path / "data", "--config", str(file)) as sidecar:
        assert kept(sidecar, 1) == ("[email]", "u7")

        file.write_text(CONFIG.format(rule="fields: [user.id], action: hash"))
        sidecar.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "the configuration was read again" in sidecar.log.read_text(), timeout_s=30)

        address, user = kept(sidecar, 2)
        assert (address, user.startswith("sha256:")) == (MAIL, True)

        file.write_text(CONFIG.format(rule="fields: [user.id], action: pseudonym"))
        sidecar.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "the configuration stays as it was" in sidecar.log.read_text(), timeout_s=30)

        assert kept(sidecar, 3)[1] == user
        assert httpx.get(f"{sidecar.api}/readyz").is_success


def test_it_is_ready_once_masking_was_seen_to_work(tmp_path: Path) -> None:
    config = f"yaml:{CONFIG.format(rule='patterns: [emails, secrets]')}"
    with running_collector(tmp_path / "data", "--config", config, "--require-keys") as sidecar:
        assert httpx.get(f"{sidecar.api}/readyz").json() == {"status": "ok"}

    (segment,) = (tmp_path / "data" / "spool").glob("*.seg")
    data = segment.read_bytes()
    assert data.count(f'"projects":["{CANARY_PROJECT}"]'.encode()) == 13
    assert b"otel-bridge.example" not in data
