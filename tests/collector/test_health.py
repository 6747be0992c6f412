"""The checks that the probes ask."""

import pytest

from otel_bridge_collector.health import Health


def serving() -> Health:
    health = Health()
    health.phase = "serving"
    return health


def test_a_sidecar_whose_checks_find_nothing_is_live_and_ready() -> None:
    health = serving()
    health.add_live("thread", lambda: None)
    health.add_ready("spool", lambda: None)

    assert (health.not_live(), health.not_ready()) == ({}, {})


@pytest.mark.parametrize("phase", ["starting", "stopping"])
def test_a_sidecar_that_starts_or_stops_is_live_and_not_ready(phase: str) -> None:
    health = Health()
    health.phase = "starting" if phase == "starting" else "stopping"

    assert health.not_live() == {}
    assert list(health.not_ready()) == ["phase"]


def test_what_is_in_the_way_is_told_by_name_and_only_as_long_as_it_is() -> None:
    faults = ["it is full", None]
    health = serving()
    health.add_ready("spool", lambda: faults.pop(0))

    assert [health.not_ready(), health.not_ready()] == [{"spool": "it is full"}, {}]


def test_what_does_not_run_is_not_ready_either() -> None:
    health = serving()
    health.add_live("delivery", lambda: "it has ended")

    assert health.not_ready() == health.not_live() == {"delivery": "it has ended"}


def test_a_check_that_breaks_counts_as_a_fault_and_tells_no_value(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> str | None:
        raise KeyError("a-secret")

    health = serving()
    health.add_ready("canary", broken)

    assert health.not_ready() == {"canary": "the check failed (KeyError)"}
    assert "a-secret" not in caplog.text


def test_a_sidecar_that_would_refuse_what_is_sent_says_so_when_it_begins_to_serve(
    caplog: pytest.LogCaptureFixture,
) -> None:
    health = Health()
    health.add_ready("spool", lambda: "the disk is short of room")
    health.add_ready("masking", lambda: None)

    health.begin_serving()

    assert caplog.messages == ["not ready, senders are told to come later: spool: the disk is short of room"]
