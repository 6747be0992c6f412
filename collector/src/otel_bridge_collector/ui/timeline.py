"""The rows of a trace to the steps of its tree, each with its place on the timeline: pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.ui.values import duration_s, numbers_of, text_of

WIDTH: Final = 1000
"""The timeline from the first start to the last end, in units of its own."""

MAX_DEPTH: Final = 16
"""Deeper steps are indented as far as this."""

TYPES: Final = frozenset({"llm", "tool", "function", "task", "score", "eval", "log", "automation"})

Row = Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One span of a trace.

    Attributes:
        id: of its row.
        type: one of `TYPES`, or `other`.
        depth: 0 for a root, and for a span whose parent is not there.
        left: where its bar begins, of `WIDTH`.
        width: of its bar; at least 1, so that it can be seen.
        duration_s: None where the row does not say it; then there is no bar.
    """

    id: str
    name: str
    type: str
    depth: int
    left: float
    width: float
    duration_s: float | None
    has_error: bool


def steps_of(rows: Sequence[Row]) -> list[Step]:
    """Return the spans of a trace in the order of its tree, each under its parent, earlier ones first.

    A span whose parent is not there stands as a root; so does one of a circle of parents.
    """
    starts = [numbers_of(row.get("metrics")).get("start") for row in rows]
    known = [start for start in starts if start is not None]
    first_s = min(known, default=0.0)
    last_s = max(
        (
            start + (duration_s(row) or 0)
            for row, start in zip(rows, starts, strict=True)
            if start is not None
        ),
        default=first_s,
    )
    scale = WIDTH / (last_s - first_s) if last_s > first_s else 0.0
    return [_step(row, depth, first_s, scale) for row, depth in _in_order(rows)]


def _in_order(rows: Sequence[Row]) -> Iterator[tuple[Row, int]]:
    ordered = sorted(rows, key=_start)
    ids = {str(row.get("span_id")) for row in ordered}
    children: dict[str, list[Row]] = defaultdict(list)
    roots: list[Row] = []
    for row in ordered:
        parent = _parent(row)
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
            waiting += [(child, depth + 1) for child in reversed(children[str(row.get("span_id"))])]


def _start(row: Row) -> tuple[float, str]:
    return numbers_of(row.get("metrics")).get("start", 0.0), str(row.get("created"))


def _parent(row: Row) -> str:
    parents = row.get("span_parents")
    return str(parents[0]) if isinstance(parents, list) and parents else ""


def _step(row: Row, depth: int, first_s: float, scale: float) -> Step:
    start_s = numbers_of(row.get("metrics")).get("start", first_s)
    took_s = duration_s(row)
    kind = text_of(row, "span_attributes", "type")
    return Step(
        id=str(row.get("id")),
        name=text_of(row, "span_attributes", "name") or "without a name",
        type=kind if kind in TYPES else "other",
        depth=min(depth, MAX_DEPTH),
        left=round(min((start_s - first_s) * scale, WIDTH - 1), 2),
        width=round(max((took_s or 0) * scale, 1), 2),
        duration_s=took_s,
        has_error=row.get("error") is not None,
    )
