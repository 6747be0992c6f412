"""A stretch of time, as a URL says it and a query and a form take it."""

from datetime import datetime, timedelta

import pytest

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.ui.stretch import Stretch, read_stretch, time_condition, time_field

BEGIN = datetime(2026, 1, 1)  # noqa: DTZ001 - the store's times are UTC without a zone


@pytest.mark.parametrize(
    ("length", "step"),
    [
        pytest.param(timedelta(minutes=1), timedelta(minutes=1), id="minute"),
        pytest.param(timedelta(hours=2), timedelta(minutes=1), id="two hours"),
        pytest.param(timedelta(hours=3), timedelta(minutes=5), id="three hours"),
        pytest.param(timedelta(days=10_950), timedelta(days=365), id="thirty years"),
    ],
)
def test_the_step_fits_the_length(length: timedelta, step: timedelta) -> None:
    assert Stretch(begin=BEGIN, end=BEGIN + length).step == step


def test_a_time_with_a_zone_is_read_as_utc() -> None:
    found = read_stretch("2026-01-01T01:00:00+01:00", "2026-01-02T00:00:00Z")

    assert found == Stretch(begin=BEGIN, end=BEGIN + timedelta(days=1))


def test_without_either_end_there_is_none() -> None:
    assert read_stretch("", "") is None


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        pytest.param("2026-01-01", "", id="one end"),
        pytest.param("soon", "later", id="no times"),
        pytest.param("2026-01-01", "2026-01-01", id="no length"),
        pytest.param("0001-01-01T00:00:00+10:00", "2026-01-01", id="before all times"),
    ],
)
def test_a_wrong_stretch_is_told(begin: str, end: str) -> None:
    with pytest.raises(QueryError):
        read_stretch(begin, end)


@pytest.mark.parametrize(
    ("begin", "end", "condition"),
    [
        pytest.param("2026-01-01", "", "created >= '2026-01-01T00:00:00'", id="no end"),
        pytest.param("", "2026-01-01T01:00+01:00", "created < '2026-01-01T00:00:00'", id="no begin"),
        pytest.param(
            "2026-01-01", "2026-01-02",
            "created >= '2026-01-01T00:00:00' and created < '2026-01-02T00:00:00'", id="both",
        ),
    ],
)  # fmt: skip
def test_an_end_that_is_not_said_is_open(begin: str, end: str, condition: str) -> None:
    assert time_condition(begin, end) == condition


@pytest.mark.parametrize(
    ("text", "field"),
    [
        pytest.param("2026-01-01T01:00:00+01:00", "2026-01-01T00:00", id="zone"),
        pytest.param("2026-01-01T00:00:07Z", "2026-01-01T00:00:07", id="seconds"),
        pytest.param("2026-01-01T00:00:07.123456", "2026-01-01T00:00:07.123", id="parts of a second"),
        pytest.param("soon", "soon", id="no time"),
        pytest.param("", "", id="none"),
    ],
)
def test_a_field_has_a_time_as_a_browser_takes_it(text: str, field: str) -> None:
    assert time_field(text) == field


def test_a_wider_one_is_three_times_as_long_where_there_is_time() -> None:
    day = timedelta(days=1)

    assert Stretch(begin=BEGIN, end=BEGIN + day).wider() == Stretch(begin=BEGIN - day, end=BEGIN + 2 * day)
    first = Stretch(begin=datetime.min, end=datetime.min + day)  # noqa: DTZ901 - as above
    assert first.wider() == first
