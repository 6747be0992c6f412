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


def test_what_others_count_is_there_as_soon_as_they_have_counted() -> None:
    counters, others = Counters(), [0]
    counters.follow(SPANS, ("http",), lambda: others[0])
    assert (counters.values(SPANS), counters.totals()) == ({}, {})

    counters.add(SPANS, 2, "http")
    counters.add(SPANS, 1, "grpc")
    others[0] = 5

    assert counters.values(SPANS) == {("grpc",): 1, ("http",): 7}
    assert counters.totals() == {"spans": 8}


def test_a_rare_log_leaves_out_what_comes_too_soon_and_counts_it(caplog: pytest.LogCaptureFixture) -> None:
    now_s = 100.0
    rare = RareLog(logger, interval_s=60, now_s=lambda: now_s)

    for number in range(3):
        rare.warning("number %d", number)
    now_s = 160.0
    rare.warning("number %d", 3)

    assert caplog.messages == ["number 0", "2 warnings like the next were left out", "number 3"]
