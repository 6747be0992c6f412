"""The steps of a trace that one page shows: those around the chosen one, with the steps above them, ready to be folded. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from otel_bridge_collector.ui.timeline import Step

WINDOW_STEPS: Final = 1_000
"""A browser shows so many within a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """A step on a page.

    Attributes:
        parts: how many steps of the page stand right under it.
        closes: how many foldings end behind it.
    """

    step: Step
    parts: int
    closes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Some steps of a trace, in the order of its tree.

    Attributes:
        folded: those of the window, behind the steps above its first one.
        first: where the window begins, from 0.
        end: where the next one begins.
        total: of all steps.
        earlier: where the window before it begins; None where there is none.
        later: where the window behind it begins; None where there is none.
        next_error: the id of the next step with an error, from the chosen one on and around; empty where there is no other.
    """

    folded: tuple[Folded, ...]
    first: int
    end: int
    total: int
    earlier: int | None
    later: int | None
    next_error: str


def window_of(steps: Sequence[Step], chosen: str, asked: str = "") -> Window:
    """Return the window that begins where it is asked, or else the one with the chosen step in it."""
    at = next((at for at, step in enumerate(steps) if step.id == chosen), 0)
    wanted = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < len("1000000") else at
    first = min(wanted, max(len(steps) - 1, 0)) // WINDOW_STEPS * WINDOW_STEPS
    end = min(first + WINDOW_STEPS, len(steps))
    shown = [*_above(steps, first), *steps[first:end]]
    return Window(
        folded=tuple(_folded(shown)),
        first=first,
        end=end,
        total=len(steps),
        earlier=first - WINDOW_STEPS if first else None,
        later=end if end < len(steps) else None,
        next_error=_next_error(steps, at),
    )


def _above(steps: Sequence[Step], first: int) -> list[Step]:
    """Return the steps that stand above the one at `first`, outermost first."""
    found: list[Step] = []
    depth = steps[first].depth if steps else 0
    for at in range(first - 1, -1, -1):
        if depth == 0:
            break
        if steps[at].depth < depth:
            depth = steps[at].depth
            found.append(steps[at])
    return found[::-1]


def _folded(steps: Sequence[Step]) -> Iterator[Folded]:
    parts = _parts(steps)
    opened: list[int] = []
    for at, step in enumerate(steps):
        if parts[at]:
            opened.append(step.depth)
        next_depth = steps[at + 1].depth if at + 1 < len(steps) else 0
        closes = 0
        while opened and opened[-1] >= next_depth:
            opened.pop()
            closes += 1
        yield Folded(step=step, parts=parts[at], closes=closes)


def _parts(steps: Sequence[Step]) -> list[int]:
    parts = [0] * len(steps)
    path: list[int] = []
    for at, step in enumerate(steps):
        while path and steps[path[-1]].depth >= step.depth:
            path.pop()
        if path:
            parts[path[-1]] += 1
        path.append(at)
    return parts


def _next_error(steps: Sequence[Step], at: int) -> str:
    around = [*steps[at + 1 :], *steps[:at]]
    return next((step.id for step in around if step.has_error), "")
