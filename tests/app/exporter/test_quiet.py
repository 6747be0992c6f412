"""One complaint for each outage."""

import logging

import pytest

from otel_bridge.exporter.quiet import OnePerOutage


@pytest.fixture
def complaining() -> logging.Logger:
    return logging.getLogger("tests.complaining")


def test_the_first_complaint_of_an_outage_passes(
    complaining: logging.Logger, caplog: pytest.LogCaptureFixture
) -> None:
    once = OnePerOutage()
    complaining.addFilter(once)

    for message in ("first", "second"):
        with once.exporting():
            complaining.error(message)
    once.recovered()
    with once.exporting():
        complaining.error("third")

    complaining.removeFilter(once)
    assert caplog.messages == ["first", "third"]


def test_the_complaints_of_others_pass(complaining: logging.Logger, caplog: pytest.LogCaptureFixture) -> None:
    once = OnePerOutage()
    complaining.addFilter(once)

    with once.exporting():
        complaining.error("ours")
    complaining.error("theirs")
    complaining.error("theirs")

    complaining.removeFilter(once)
    assert caplog.messages == ["ours", "theirs", "theirs"]
