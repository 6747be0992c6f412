"""What receipts tell."""

import re
from typing import Any

import pytest

from otel_bridge.settings import Settings
from otel_bridge_collector.doctor.senders import check_senders

CLEAN: dict[str, Any] = {
    "name": "process 7 of app", "ended": 10, "queue_full": 0, "unsent": 0, "refused": 0, "never_arrived": 0,
    "rejected": {}, "dead_letters": {}, "masking_failed": 0, "least_lag_s": 0.5, "dropped_attributes": 0,
    "sdk": "opentelemetry python 1.45.1",
}  # fmt: skip


def test_a_process_without_faults_is_fine() -> None:
    assert {finding.verdict for finding in check_senders([CLEAN])} == {"ok"}


def test_nobody_is_fine() -> None:
    assert [finding.verdict for finding in check_senders([])] == ["ok"]


@pytest.mark.parametrize(
    ("fault", "check", "remedy"),
    [
        pytest.param({"queue_full": 3}, "dropped spans", "OTEL_BRIDGE_QUEUE_SIZE", id="queue"),
        pytest.param({"unsent": 3}, "dropped spans", "OTEL_BRIDGE_ENDPOINT", id="unsent"),
        pytest.param({"refused": 3}, "dropped spans", "OTEL_BRIDGE_MAX_BODY_BYTES", id="refused"),
        pytest.param({"never_arrived": 3}, "dropped spans", "otel_bridge.flush()", id="never"),
        pytest.param({"rejected": {"bad id": 3}}, "dropped spans", "ids or the parent", id="rejected"),
        pytest.param({"dead_letters": {"x": 3}}, "dropped spans", "replay --dead-letters", id="dead"),
        pytest.param({"masking_failed": 3}, "masking", "set_masking_function", id="masking"),
        pytest.param({"least_lag_s": -5.0}, "clock", "set-ntp", id="ahead"),
        pytest.param({"least_lag_s": 500.0}, "clock", "set-ntp", id="behind"),
        pytest.param({"dropped_attributes": 3}, "dropped attributes", "COUNT_LIMIT=4096", id="attributes"),
        pytest.param({"sdk": "opentelemetry python 1.20.0"}, "SDK version", "pip install -U", id="old"),
    ],
)
def test_each_fault_has_what_mends_it(fault: dict[str, Any], check: str, remedy: str) -> None:
    (finding,) = (each for each in check_senders([CLEAN, {**CLEAN, **fault}]) if each.verdict == "finding")

    assert finding.check == check
    assert remedy in finding.remedy


def test_a_queue_that_was_full_is_to_become_larger_than_it_is_by_itself() -> None:
    (finding,) = (each for each in check_senders([{**CLEAN, "queue_full": 3}]) if each.verdict == "finding")
    proposed = dict(re.findall(r"OTEL_BRIDGE_(\w+)=(\d+)", finding.remedy))

    assert int(proposed["QUEUE_SIZE"]) > Settings().queue_size
    assert int(proposed["QUEUE_BYTES"]) > Settings().queue_bytes
