"""A sidecar to which much comes translates it in a process of its own, and needs none to lose nothing."""

import os
import re
import signal
import time
from pathlib import Path
from typing import Final

import httpx
import pytest

from otel_bridge_collector.cores import usable_cores
from tests.support.collector import Collector, running_collector
from tests.support.otlp_request import span, traces

PROTOBUF: Final = {"content-type": "application/x-protobuf"}
PYTHON_ALONE: Final = {"OTEL_BRIDGE_NATIVE_TRANSLATION": "off"}
"""What compiled code translates is never so much that a process would be worth it."""

SPANS: Final = 500
SOON_S: Final = 60.0
COUNTED: Final = "SELECT count(1) AS spans FROM project_logs('default-otel-project')"

pytestmark = pytest.mark.skipif(usable_cores() < 2, reason="with one core there is no such process")


def send_until_it_is_begun(collector: Collector) -> tuple[int, int]:
    """Send requests until the log tells of a process; return its number, and how many spans were acknowledged."""
    sent = 0
    end_s = time.monotonic() + SOON_S
    with httpx.Client(headers=PROTOBUF, timeout=60) as client:
        while not (found := re.search(r"a process of its own, (\d+)", collector.log.read_text())):
            assert time.monotonic() < end_s
            sent += send(collector, client, first=sent + 1)
    return int(found[1]), sent


def send(collector: Collector, client: httpx.Client, *, first: int) -> int:
    body = traces(*(span(number) for number in range(first, first + SPANS))).SerializeToString()
    client.post(f"{collector.otlp_http}/v1/traces", content=body).raise_for_status()
    return SPANS


def wait_until_stored(collector: Collector, sent: int) -> None:
    end_s = time.monotonic() + SOON_S
    while collector.query(COUNTED) != [{"spans": sent}]:
        assert time.monotonic() < end_s


def test_a_process_that_is_killed_under_load_costs_no_span(tmp_path: Path) -> None:
    with running_collector(tmp_path / "data", env=PYTHON_ALONE) as collector:
        pid, sent = send_until_it_is_begun(collector)
        with httpx.Client(headers=PROTOBUF, timeout=60) as client:
            sent += send(collector, client, first=sent + 1)
            os.kill(pid, signal.SIGKILL)
            for _ in range(3):
                sent += send(collector, client, first=sent + 1)

        wait_until_stored(collector, sent)


def test_it_ends_with_the_sidecar(tmp_path: Path) -> None:
    with running_collector(tmp_path / "data", env=PYTHON_ALONE) as collector:
        pid, _ = send_until_it_is_begun(collector)

        assert collector.stop() == 0

    assert not Path(f"/proc/{pid}").exists()


def test_it_ends_with_a_sidecar_that_is_killed(tmp_path: Path) -> None:
    with running_collector(tmp_path / "data", env=PYTHON_ALONE) as collector:
        pid, _ = send_until_it_is_begun(collector)

        collector.kill()

    end_s = time.monotonic() + SOON_S
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < end_s
        time.sleep(0.01)


def test_where_it_is_off_there_is_none(tmp_path: Path) -> None:
    with running_collector(tmp_path / "data", env={"OTEL_BRIDGE_TRANSLATION_PROCESS": "off"}) as collector:
        with httpx.Client(headers=PROTOBUF, timeout=60) as client:
            sent = sum(send(collector, client, first=1 + number * SPANS) for number in range(10))
        wait_until_stored(collector, sent)

        children = Path(f"/proc/{collector.process.pid}/task/{collector.process.pid}/children").read_text()

        assert "translation" not in "".join(
            Path(f"/proc/{child}/cmdline").read_text() for child in children.split()
        )
