"""Durations and sizes as text."""

import pytest

from otel_bridge_collector.config.units import parse_duration, parse_size


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        pytest.param("500ms", 0.5, id="milliseconds"),
        pytest.param("1h30m", 5400.0, id="two units"),
        pytest.param("7d", 604_800.0, id="days"),
        pytest.param("2.5", 2.5, id="a number as text"),
        pytest.param(0, 0.0, id="zero"),
    ],
)
def test_a_duration_is_read(text: object, seconds: float) -> None:
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "soon", "1h soon", "-1", -1, True, float("inf"), "1 h"])
def test_what_is_no_duration_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="expected a duration"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        pytest.param("64MiB", 64 << 20, id="MiB"),
        pytest.param("1.5 KiB", 1536, id="a fraction"),
        pytest.param("2MB", 2_000_000, id="MB"),
        pytest.param("17", 17, id="a number as text"),
        pytest.param(17, 17, id="a number"),
    ],
)
def test_a_size_is_read(text: object, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "much", "-1", -1, True, 1.5, "1 XiB"])
def test_what_is_no_size_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="expected a size"):
        parse_size(text)
