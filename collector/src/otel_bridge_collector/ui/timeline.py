"""The rows of a trace to the steps of its tree, each with its place on the timeline: pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import floor, isfinite, log10
from typing import Final

from otel_bridge_collector.ui.values import Row, duration_s, metric_of, text_of

WIDTH: Final = 1000
"""The timeline from the first start to the last end, in units of its own."""

MAX_DEPTH: Final = 16
"""Deeper steps are indented as far as this, and fold with the last one above."""

TYPES: Final = frozenset({"llm", "tool", "function", "task", "score", "eval", "log", "automation"})

_MARKS: Final = 4
"""About so many marks of time an axis has."""

_LAST_LABEL: Final = 0.9
"""Of the whole time; behind it there is no room for a label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One span of a trace, or a log row of it.

    Attributes:
        id: of its row.
        type: one of `TYPES`, or `other`.
        depth: 0 for a root, and for a span whose parent is not there.
        left: where its bar begins, of `WIDTH`.
        width: of its bar; at least 1, so that it can be seen.
        duration_s: None where the row does not say it; then there is no bar.
        usd: what it is thought to cost; None where nobody knows.
    """

    id: str
    span_id: str
    name: str
    type: str
    depth: int
    left: float
    width: float
    duration_s: float | None
    has_error: bool
    tokens: float | None = None
    usd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A time on the axis, and where it stands, of `WIDTH`."""

    at: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Time:
    """The time of a trace, in seconds."""

    first_s: float
    whole_s: float

    def place(self, start_s: float, took_s: float) -> tuple[float, float]:
        """Return where a bar begins and how wide it is."""
        scale = WIDTH / self.whole_s if self.whole_s > 0 else 0.0
        left = min(max((start_s - self.first_s) * scale, 0), WIDTH - 1)
        return round(left, 2), round(min(max(took_s * scale, 1), WIDTH - left), 2)


def steps_of(rows: Sequence[Row], said: Mapping[str, str] | None = None) -> list[Step]:
    """Return the spans of a trace in the order of its tree, each under its parent, earlier ones first.

    A span whose parent is not there stands as a root; so does one of a circle of parents. A log row stands under the span
    that it was made in.

    Args:
        rows: of one trace, with `usd` where the cost is known.
        said: id of a log row to its text, for those without a name.
    """
    time = _time_of(rows)
    return [_step(row, depth, time, said or {}) for row, depth in _in_order(rows)]


def marks_of(rows: Sequence[Row]) -> list[Mark]:
    """Return the times of an axis: from zero, at round distances; none where the trace takes no time."""
    whole_s = _time_of(rows).whole_s
    if not whole_s > 0 or not isfinite(whole_s):
        return []
    step_s = _round_up(whole_s / _MARKS)
    return [
        Mark(at=round(each * step_s / whole_s * WIDTH, 2), label=_label(each * step_s))
        for each in range(int(whole_s / step_s) + 1)
        if each * step_s <= whole_s * _LAST_LABEL
    ]


def whole_s_of(rows: Sequence[Row]) -> float:
    """Return the time from the first start to the last end."""
    return _time_of(rows).whole_s


def _label(at_s: float) -> str:
    return "0" if at_s == 0 else f"{at_s * 1000:.6g} ms" if at_s < 1 else f"{at_s:.6g} s"


def _time_of(rows: Sequence[Row]) -> _Time:
    known = [
        (start, start + (duration_s(row) or 0))
        for row in rows
        if (start := metric_of(row, "start")) is not None
    ]
    first_s = min((start for start, _ in known), default=0.0)
    last_s = max((end for _, end in known), default=first_s)
    return _Time(first_s=first_s, whole_s=last_s - first_s)


def _round_up(value: float) -> float:
    """Return the next of 1, 2, 5, 10, 20, ..."""
    unit: float = 10.0 ** floor(log10(value))
    return next(unit * each for each in (1, 2, 5, 10) if value <= unit * each * (1 + 1e-9))


def _in_order(rows: Sequence[Row]) -> Iterator[tuple[Row, int]]:
    ordered = sorted(rows, key=_start)
    ids = {str(row.get("span_id")) for row in ordered if not _is_log(row)}
    children: dict[str, list[Row]] = defaultdict(list)
    roots: list[Row] = []
    for row in ordered:
        parent = str(row.get("span_id")) if _is_log(row) else _parent(row)
        (children[parent] if parent in ids else roots).append(row)
    seen: set[str] = set()
    for root in (*roots, *ordered):  # after the roots only what hangs in a circle is left
        waiting = [(root, 0)]
        while waiting:
            row, depth = waiting.pop()
            if (row_id := str(row.get("id"))) in seen:
                continue
            seen.add(row_id)
            yield row, depth
            if not _is_log(row):
                below = children[str(row.get("span_id"))]
                waiting += [(child, depth + 1) for child in reversed(below)]


def _start(row: Row) -> tuple[float, str]:
    return metric_of(row, "start") or 0.0, str(row.get("created"))


def _is_log(row: Row) -> bool:
    return text_of(row, "span_attributes", "type") == "log" and not _parent(row)


def _parent(row: Row) -> str:
    parents = row.get("span_parents")
    return str(parents[0]) if isinstance(parents, list) and parents else ""


def _step(row: Row, depth: int, time: _Time, said: Mapping[str, str]) -> Step:
    start_s, took_s = metric_of(row, "start"), duration_s(row)
    left, width = time.place(time.first_s if start_s is None else start_s, took_s or 0)
    kind = text_of(row, "span_attributes", "type")
    usd = row.get("usd")
    return Step(
        id=str(row.get("id")),
        span_id=str(row.get("span_id")),
        name=text_of(row, "span_attributes", "name") or said.get(str(row.get("id"))) or "without a name",
        type=kind if kind in TYPES else "other",
        depth=min(depth, MAX_DEPTH),
        left=left,
        width=width,
        duration_s=took_s,
        has_error=row.get("error") is not None or text_of(row, "span_attributes", "log_level") == "error",
        tokens=metric_of(row, "tokens"),
        usd=usd if isinstance(usd, int | float) and not isinstance(usd, bool) else None,
    )
