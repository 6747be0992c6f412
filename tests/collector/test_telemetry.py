"""Counters and logs of the sidecar."""

import logging

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
