"""Counters and logs of the sidecar."""

import logging
import subprocess
import sys

import pytest

from otel_bridge_collector.telemetry import Counted, Counters, RareLog

logger = logging.getLogger(__name__)

SPANS = Counted("spans", "{span}", "Spans", ("transport",))


def test_counters_add_up() -> None:
    counters = Counters()

    counters.add(SPANS, 1, "grpc")
    counters.add(SPANS, 4, "grpc")
    counters.add(SPANS, 2, "http")

    assert counters.values(SPANS) == {("grpc",): 5, ("http",): 2}
    assert counters.totals() == {"spans": 7}


def test_a_rare_log_leaves_out_what_comes_too_soon_and_counts_it(caplog: pytest.LogCaptureFixture) -> None:
    now_s = 100.0
    rare = RareLog(logger, interval_s=60, now_s=lambda: now_s)

    for number in range(3):
        rare.warning("number %d", number)
    now_s = 160.0
    rare.warning("number %d", 3)

    assert caplog.messages == ["number 0", "2 warnings like the next were left out", "number 3"]


def test_logs_go_to_stderr() -> None:
    code = "import logging; from otel_bridge_collector.telemetry import log_to_stderr; log_to_stderr('info'); logging.info('here')"

    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert result.stdout == ""
    assert result.stderr.endswith("INFO root: here\n")


@pytest.mark.parametrize(
    ("level", "lines"), [pytest.param("info", 0, id="info"), pytest.param("debug", 1, id="debug")]
)
def test_requests_to_destinations_are_logged_when_asked_for_only(level: str, lines: int) -> None:
    code = (
        f"import logging; from otel_bridge_collector.telemetry import log_to_stderr; log_to_stderr({level!r});"
        " logging.getLogger('httpx').info('a request')"
    )

    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert len(result.stderr.splitlines()) == lines
