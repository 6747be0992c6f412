"""Numbers over time to the lines of a chart: pure. The same numbers stand in a table beside it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

WIDTH: Final = 600
HEIGHT: Final = 150
MAX_LINES: Final = 6
"""Of one chart: as many as there are kinds of stroke."""

Series = Mapping[str, Mapping[str, float]]
"""Label -> time -> number."""


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
    """

    label: str
    dots: Sequence[Dot]
    points: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One chart.

    Attributes:
        is_time: its numbers are seconds.
        top: the number at its upper edge; the lower one is 0, or `bottom` where that is less.
        times: all that one of its lines has a number for, in order.
        left_out: how many lines are not there.
    """

    title: str
    is_time: bool
    lines: Sequence[Line]
    top: float
    bottom: float
    times: Sequence[str]
    left_out: int

    def value(self, line: Line, time: str) -> float | None:
        """Return the number of a line at a time; None where it has none."""
        return next((dot.value for dot in line.dots if dot.time == time), None)


def chart_of(title: str, series: Series, *, is_time: bool = False) -> Chart | None:
    """Return the chart of some series, the first ones of them; None where there is no number at all."""
    kept = {
        label: {time: value for time, value in values.items() if math.isfinite(value)}
        for label, values in list(series.items())[:MAX_LINES]
    }
    times = sorted({time for values in kept.values() for time in values})
    if not times:
        return None
    numbers = [value for values in kept.values() for value in values.values()]
    top, bottom = max([0.0, *numbers]), min([0.0, *numbers])
    seconds = [_seconds(time) for time in times]
    return Chart(
        title=title,
        is_time=is_time,
        lines=[
            _line(label, values, (seconds[0], seconds[-1]), (bottom, top))
            for label, values in kept.items()
            if values
        ],
        top=top,
        bottom=bottom,
        times=times,
        left_out=max(0, len(series) - MAX_LINES),
    )


def spark_of(values: Sequence[float]) -> str:
    """Return the points of a line of numbers at equal distances, between 0 and 1 unless they go beyond."""
    known = [value for value in values if math.isfinite(value)]
    bottom, top = min([0.0, *known]), max([1.0, *known])
    return " ".join(
        f"{round(_part(place, 0, len(known) - 1) * WIDTH, 1)},{round(HEIGHT - _part(value, bottom, top) * HEIGHT, 1)}"
        for place, value in enumerate(known)
    )


def _line(
    label: str, values: Mapping[str, float], span_s: tuple[float, float], numbers: tuple[float, float]
) -> Line:
    dots = [
        Dot(
            time=time,
            value=value,
            x=round(_part(_seconds(time), *span_s) * WIDTH, 1),
            y=round(HEIGHT - _part(value, *numbers) * HEIGHT, 1),
        )
        for time, value in sorted(values.items())
    ]
    return Line(label=label, dots=dots, points=" ".join(f"{dot.x},{dot.y}" for dot in dots))


def _part(value: float, first: float, last: float) -> float:
    """Return where a value lies between two others: 0 to 1, and the middle where they are one."""
    return (value - first) / (last - first) if last > first else 0.5


def _seconds(time: str) -> float:
    moment = datetime.fromisoformat(time)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
