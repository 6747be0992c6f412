"""Charts: where numbers stand."""

from datetime import timedelta

import pytest

from otel_bridge_collector.ui.chart import (
    HEIGHT,
    MAX_LINES,
    WIDTH,
    Chart,
    Series,
    aligned,
    chart_of,
    spark_of,
)

FIRST, HALF, LAST = "2026-01-01T00:00:00Z", "2026-01-01T12:00:00Z", "2026-01-02T00:00:00Z"


def of(**series: dict[str, float]) -> list[Series]:
    return [Series(label=label, numbers=numbers) for label, numbers in series.items()]


def test_time_goes_to_the_right_and_numbers_up() -> None:
    chart = chart_of("Rows", of(rows={LAST: 4, FIRST: 0, HALF: 1}))

    assert chart is not None
    assert chart.times == [FIRST, HALF, LAST]
    assert chart.lines[0].strokes == [f"0.0,{HEIGHT}.0 {WIDTH / 2},{HEIGHT * 0.75} {WIDTH}.0,0.0"]


def test_one_number_stands_in_the_middle() -> None:
    chart = chart_of("Rows", of(rows={FIRST: 4}))

    assert chart is not None
    assert [(dot.x, dot.y) for dot in chart.lines[0].dots] == [(WIDTH / 2, 0)]


def test_numbers_below_zero_have_room() -> None:
    chart = chart_of("Cost", of(cost={FIRST: -1, LAST: 1}))

    assert chart is not None
    assert (chart.bottom, chart.top, chart.lines[0].dots[0].y) == (-1, 1, HEIGHT)


def test_a_table_has_each_number_in_its_place() -> None:
    chart = chart_of("Rows", of(a={FIRST: 1}, b={LAST: 2}))

    assert chart is not None
    assert [[chart.value(line, time) for line in chart.lines] for time in chart.times] == [
        [1, None],
        [None, 2],
    ]


@pytest.mark.parametrize("series", [{}, {"a": {}}, {"a": {FIRST: float("nan"), LAST: float("inf")}}])
def test_without_a_number_there_is_no_chart(series: dict[str, dict[str, float]]) -> None:
    assert chart_of("Rows", of(**series)) is None


def test_more_lines_than_can_be_told_apart_are_counted() -> None:
    chart = chart_of("Rows", of(**{str(number): {FIRST: 1.0} for number in range(MAX_LINES + 2)}))

    assert chart is not None
    assert (len(chart.lines), chart.left_out) == (MAX_LINES, 2)


def side_by_side(step: timedelta, *series: dict[str, float]) -> list[Chart]:
    made = [chart_of("Rows", of(rows=each)) for each in series]
    return aligned([each for each in made if each], step)


def test_charts_side_by_side_have_one_axis() -> None:
    long, short = side_by_side(timedelta(hours=12), {FIRST: 1, HALF: 2, LAST: 1}, {HALF: 3})

    assert long.axis == short.axis == (FIRST, LAST)
    assert [dot.x for dot in short.lines[0].dots] == [WIDTH / 2]


@pytest.mark.parametrize(("hours", "strokes"), [(12, 1), (6, 3)])
def test_a_line_has_a_gap_where_a_number_is_missing(hours: int, strokes: int) -> None:
    (chart,) = side_by_side(timedelta(hours=hours), {FIRST: 1, HALF: 2, LAST: 1})

    assert len(chart.lines[0].strokes) == strokes


def test_no_charts_have_no_axis() -> None:
    assert aligned([], timedelta(hours=1)) == []


def test_a_spark_stands_between_0_and_1_at_equal_distances() -> None:
    assert spark_of([0, 0.5, 1]) == "0.0,150.0 300.0,75.0 600.0,0.0"
