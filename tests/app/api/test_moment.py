"""Times of an app, and what is done with those that are none."""

import math
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from otel_bridge import start_span
from otel_bridge.api.moment import nanoseconds
from tests.support.app import App

NO_TIMES = [
    pytest.param(time.time() * 1000, id="milliseconds"),
    pytest.param(-5.0, id="before 1970"),
    pytest.param(math.nan, id="NaN"),
    pytest.param(math.inf, id="infinity"),
    pytest.param("5", id="text"),
    pytest.param(datetime(2020, 1, 1, tzinfo=UTC), id="datetime"),
]


def test_seconds_become_nanoseconds() -> None:
    assert nanoseconds(5.25) == 5_250_000_000


@pytest.mark.parametrize("no_time", NO_TIMES)
def test_a_span_with_no_time_as_its_times_is_sent_with_those_of_the_calls(
    app: App, no_time: Any, caplog: pytest.LogCaptureFixture
) -> None:
    before = time.time()

    ended = start_span("a", start_time=no_time, input=1).end(no_time)

    assert ended == pytest.approx(before, abs=60)
    assert app.row("a")["input"] == 1
    (sent,) = app.receiver.raw_spans
    assert before - 1 < sent.start_time_unix_nano / 1e9 <= sent.end_time_unix_nano / 1e9
    assert caplog.text.count("not in seconds since 1970") == 1


def test_an_end_that_was_logged_and_is_no_time_is_that_of_the_call(app: App) -> None:
    before = time.time()

    with start_span("a") as span:
        span.log(metrics={"end": before * 1000})

    assert app.row("a") == {"type": "task"}
    (sent,) = app.receiver.raw_spans
    assert sent.end_time_unix_nano / 1e9 == pytest.approx(before, abs=60)
