"""Errors of spans."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.model import StatusCode
from otel_bridge_collector.translate.error import exception_text, span_error
from tests.support.otlp import make_event, make_span

EXCEPTION: dict[str, Json] = {"exception.type": "ValueError", "exception.message": "no"}


def test_the_traceback_of_the_last_exception_is_the_error() -> None:
    events = [make_event("exception", {"exception.stacktrace": f"Traceback {i}"}) for i in range(2)]

    assert span_error(make_span(events=events, status_code=StatusCode.ERROR)) == "Traceback 1"


def test_an_exception_without_a_traceback_is_its_type_and_message() -> None:
    span = make_span(events=[make_event("exception", EXCEPTION)], status_code=StatusCode.ERROR)

    assert span_error(span) == "ValueError: no"


@pytest.mark.parametrize(
    ("message", "attributes", "error"),
    [
        pytest.param("timed out", {"error.type": "timeout"}, "timed out", id="status"),
        pytest.param("", {"error.type": "timeout"}, "timeout", id="type"),
        pytest.param("", {"error.type": 5}, "Error", id="nothing usable"),
    ],
)
def test_without_an_exception_the_span_says_what_it_can(
    message: str, attributes: dict[str, Json], error: str
) -> None:
    span = make_span(attributes, status_code=StatusCode.ERROR, status_message=message)

    assert span_error(span) == error


def test_an_exception_that_says_nothing_leaves_the_status() -> None:
    span = make_span(events=[make_event("exception")], status_code=StatusCode.ERROR, status_message="broke")

    assert span_error(span) == "broke"


@pytest.mark.parametrize("code", [StatusCode.UNSET, StatusCode.OK])
def test_an_exception_on_a_span_that_went_well_is_no_error(code: StatusCode) -> None:
    assert span_error(make_span(events=[make_event("exception", EXCEPTION)], status_code=code)) is None


def test_an_exception_may_have_a_type_alone() -> None:
    assert exception_text({"exception.type": "KeyError"}) == "KeyError"
