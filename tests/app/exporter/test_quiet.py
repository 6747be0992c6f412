"""What the exporter says, kept."""

import logging
from collections.abc import Iterator

import pytest

from otel_bridge.exporter.quiet import Complaints


@pytest.fixture
def complaining() -> logging.Logger:
    return logging.getLogger("tests.complaining")


@pytest.fixture
def complaints(complaining: logging.Logger) -> Iterator[Complaints]:
    kept = Complaints()
    complaining.addFilter(kept)
    yield kept
    complaining.removeFilter(kept)


def test_the_first_complaint_of_an_outage_is_its_reason(
    complaining: logging.Logger, complaints: Complaints, caplog: pytest.LogCaptureFixture
) -> None:
    reasons: list[str] = []
    for message in ("first", "second"):
        with complaints.exporting():
            complaining.error(message)
        reasons.append(complaints.reason)
    complaints.recovered()
    reasons.append(complaints.reason)
    with complaints.exporting():
        complaining.error("third")

    assert [*reasons, complaints.reason] == ["first", "first", "", "third"]
    assert caplog.messages == []


def test_what_stands_behind_the_host_of_an_address_is_not_told(
    complaining: logging.Logger, complaints: Complaints
) -> None:
    with complaints.exporting():
        complaining.error("Max retries exceeded with url: /x?token=4711/v1/traces (Caused by %s)", "E")

    assert complaints.reason == "Max retries exceeded (Caused by E)"


def test_what_is_tried_again_is_told_without_the_attempt(
    complaining: logging.Logger, complaints: Complaints
) -> None:
    with complaints.exporting():
        complaining.warning(
            "Transient error %s encountered while exporting spans batch, retrying in 0.5s.", "E"
        )

    assert complaints.reason == "E"


def test_the_complaints_of_others_pass(
    complaining: logging.Logger, complaints: Complaints, caplog: pytest.LogCaptureFixture
) -> None:
    with complaints.exporting():
        complaining.error("ours")
    complaining.error("theirs")
    complaining.error("theirs")

    assert caplog.messages == ["theirs", "theirs"]


def test_what_a_port_of_another_protocol_sent_is_not_told(
    complaining: logging.Logger, complaints: Complaints
) -> None:
    with complaints.exporting():
        complaining.error("('Connection aborted.', BadStatusLine('\x00\n) 4711'))")

    assert complaints.reason == "('Connection aborted.', BadStatusLine)"
