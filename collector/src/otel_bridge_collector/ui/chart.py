"""Numbers over time to the lines of a chart: pure. The same numbers stand in a table beside it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, TypeAlias

WIDTH: Final = 600
HEIGHT: Final = 150
MAX_LINES: Final = 6
"""Of one chart: as many as there are kinds of stroke."""

Unit: TypeAlias = Literal["number", "seconds", "dollars"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The numbers of a line.

    Attributes:
        numbers: time -> number.
        within: the condition, in BTQL, that tells its rows from those of the other lines; empty where all lines are of the same rows.
    """

    label: str
    numbers: Mapping[str, float]
    within: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One number of a line, and where it stands."""

    time: str
    value: float
    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a chart.

    Attributes:
        dots: in the order of time.
        strokes: the same as SVG writes the points of a line: of each stretch of time without a gap.
        within: as in `Series`.
    """

    label: str
    within: str
    dots: Sequence[Dot]
    strokes: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One chart.

    Attributes:
        within: the condition, in BTQL, on the rows that its numbers are of; empty for all of them.
        top: the number at its upper edge; the lower one is 0, or `bottom` where that is less.
        times: all that one of its lines has a number for, in order.
        axis: the first and the last time that its width stands for.
        left_out: how many lines are not there.
    """

    title: str
    unit: Unit
    within: str
    lines: Sequence[Line]
    top: float
    bottom: float
    times: Sequence[str]
    axis: tuple[str, str]
    left_out: int

    def value(self, line: Line, time: str) -> float | None:
        """Return the number of a line at a time; None where it has none."""
        return next((dot.value for dot in line.dots if dot.time == time), None)


def chart_of(
    title: str, series: Sequence[Series], *, unit: Unit = "number", within: str = "", left_out: int = 0
) -> Chart | None:
    """Return the chart of some series, the first ones of them; None where there is no number at all.

    Args:
        title: names it.
        series: its lines, the most important first.
        unit: of its numbers.
        within: as in `Chart`.
        left_out: how many lines there are beside these.
    """
    kept = [_finite(each) for each in series[:MAX_LINES]]
    times = sorted({time for each in kept for time in each.numbers})
    if not times:
        return None
    numbers = [value for each in kept for value in each.numbers.values()]
    top, bottom = max([0.0, *numbers]), min([0.0, *numbers])
    axis = times[0], times[-1]
    return Chart(
        title=title,
        unit=unit,
        within=within,
        lines=[_line(each, axis, (bottom, top)) for each in kept if each.numbers],
        top=top,
        bottom=bottom,
        times=times,
        axis=axis,
        left_out=left_out + max(0, len(series) - MAX_LINES),
    )


def aligned(charts: Sequence[Chart], step: timedelta) -> list[Chart]:
    """Return charts whose widths stand for the same time, with gaps where a line has no number for a step or more."""
    if not charts:
        return []
    axis = min(each.axis[0] for each in charts), max(each.axis[1] for each in charts)
    return [
        replace(chart, axis=axis, lines=[_placed(line, axis, step) for line in chart.lines])
        for chart in charts
    ]


def spark_of(values: Sequence[float]) -> str:
    """Return the points of a line of numbers at equal distances, between 0 and 1 unless they go beyond."""
    known = [value for value in values if math.isfinite(value)]
    bottom, top = min([0.0, *known]), max([1.0, *known])
    return " ".join(
        f"{round(_part(place, 0, len(known) - 1) * WIDTH, 1)},{round(HEIGHT - _part(value, bottom, top) * HEIGHT, 1)}"
        for place, value in enumerate(known)
    )


def _finite(series: Series) -> Series:
    return replace(
        series, numbers={time: value for time, value in series.numbers.items() if math.isfinite(value)}
    )


def _line(series: Series, axis: tuple[str, str], numbers: tuple[float, float]) -> Line:
    dots = [
        Dot(time=time, value=value, x=_x(time, axis), y=round(HEIGHT - _part(value, *numbers) * HEIGHT, 1))
        for time, value in sorted(series.numbers.items())
    ]
    return Line(label=series.label, within=series.within, dots=dots, strokes=[_stroke(dots)])


def _placed(line: Line, axis: tuple[str, str], step: timedelta) -> Line:
    """Return a line on another axis, in a stroke for each stretch of time without a gap."""
    strokes: list[list[Dot]] = []
    for dot in (replace(each, x=_x(each.time, axis)) for each in line.dots):
        if strokes and _seconds(dot.time) - _seconds(strokes[-1][-1].time) < 2 * step.total_seconds():
            strokes[-1].append(dot)
        else:
            strokes.append([dot])
    return replace(
        line, dots=[dot for each in strokes for dot in each], strokes=[_stroke(each) for each in strokes]
    )


def _stroke(dots: Sequence[Dot]) -> str:
    return " ".join(f"{dot.x},{dot.y}" for dot in dots)


def _x(time: str, axis: tuple[str, str]) -> float:
    return round(_part(_seconds(time), *map(_seconds, axis)) * WIDTH, 1)


def _part(value: float, first: float, last: float) -> float:
    """Return where a value lies between two others: 0 to 1, and the middle where they are one."""
    return (value - first) / (last - first) if last > first else 0.5


def _seconds(time: str) -> float:
    moment = datetime.fromisoformat(time)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
