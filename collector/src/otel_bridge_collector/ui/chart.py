"""Numbers over time to the lines of a chart: pure. The same numbers stand in a table beside it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
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
        points: the same as SVG writes the points of a line.
        within: as in `Series`.
    """

    label: str
    within: str
    dots: Sequence[Dot]
    points: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One chart.

    Attributes:
        within: the condition, in BTQL, on the rows that its numbers are of; empty for all of them.
        top: the number at its upper edge; the lower one is 0, or `bottom` where that is less.
        times: all that one of its lines has a number for, in order.
        left_out: how many lines are not there.
    """

    title: str
    unit: Unit
    within: str
    lines: Sequence[Line]
    top: float
    bottom: float
    times: Sequence[str]
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
    seconds = [_seconds(time) for time in times]
    return Chart(
        title=title,
        unit=unit,
        within=within,
        lines=[_line(each, (seconds[0], seconds[-1]), (bottom, top)) for each in kept if each.numbers],
        top=top,
        bottom=bottom,
        times=times,
        left_out=left_out + max(0, len(series) - MAX_LINES),
    )


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


def _line(series: Series, span_s: tuple[float, float], numbers: tuple[float, float]) -> Line:
    dots = [
        Dot(
            time=time,
            value=value,
            x=round(_part(_seconds(time), *span_s) * WIDTH, 1),
            y=round(HEIGHT - _part(value, *numbers) * HEIGHT, 1),
        )
        for time, value in sorted(series.numbers.items())
    ]
    return Line(
        label=series.label,
        within=series.within,
        dots=dots,
        points=" ".join(f"{dot.x},{dot.y}" for dot in dots),
    )


def _part(value: float, first: float, last: float) -> float:
    """Return where a value lies between two others: 0 to 1, and the middle where they are one."""
    return (value - first) / (last - first) if last > first else 0.5


def _seconds(time: str) -> float:
    moment = datetime.fromisoformat(time)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
