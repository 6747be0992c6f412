"""One line of the result: what was measured, beside its goal, and the table that they make."""

import os
import platform
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

from benchmarks.goals import Verdict

_PAGE: Final = Path(__file__).parents[2] / "docs" / "performance.md"
_PACKAGES: Final = ("duckdb", "grpcio", "orjson", "protobuf", "uvicorn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What was measured.

    Attributes:
        goal: its number in the list of goals, or none.
        what: in words, with the unit.
        value: the median of the rounds.
        least, most: of the rounds.
        wanted: the goal in words; empty where there is none.
        is_reached: None where there is no goal.
    """

    goal: str
    what: str
    value: float
    least: float
    most: float
    wanted: str = ""
    is_reached: bool | None = None


def figure(
    goal: str,
    what: str,
    rounds: Sequence[float],
    *,
    at_most: float | None = None,
    at_least: float | None = None,
) -> Figure:
    """Return the median of rounds beside its goal."""
    value = statistics.median(rounds)
    limits = [
        f"at most {at_most:,g}" if at_most is not None else "",
        f"at least {at_least:,g}" if at_least is not None else "",
    ]
    is_reached = (at_most is None or value <= at_most) and (at_least is None or value >= at_least)
    has_goal = at_most is not None or at_least is not None
    return Figure(
        goal=goal,
        what=what,
        value=value,
        least=min(rounds),
        most=max(rounds),
        wanted=" and ".join(filter(None, limits)),
        is_reached=is_reached if has_goal else None,
    )


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a table in Markdown."""
    head = "| goal | what | median | least to most | wanted | reached |\n| --- | --- | ---: | --- | --- | --- |\n"
    return head + "".join(
        f"| {each.goal} | {each.what} | {_short(each.value)} | {_short(each.least)} to {_short(each.most)} | {each.wanted}"
        f" | {_verdict(each)} |\n"
        for each in figures
    )


def verdicts(figures: Sequence[Figure]) -> list[Verdict]:
    """Return what the figures say of the goals."""
    return [
        Verdict(
            goal=each.goal,
            told=f"{each.what}: {_short(each.value)}, wanted {each.wanted}",
            is_reached=each.is_reached,
        )
        for each in figures
        if each.goal and each.is_reached is not None
    ]


def write(part: str, made: str, *, rounds: int) -> None:
    """Put a table where it stands in docs/performance.md.

    Raises:
        ValueError: the page has no place for this part.
    """
    begin = f"<!-- sidecar {part}: begin; written by `python -m benchmarks.sidecar {part} --write` -->"
    end = f"<!-- sidecar {part}: end -->"
    page = _PAGE.read_text(encoding="utf-8")
    before, found, rest = page.partition(begin)
    if not found or end not in rest:
        raise ValueError(f"docs/performance.md has no place for {part}: add the lines {begin!r} and {end!r}")
    told = f"{machine()}; rounds: {rounds}; load {os.getloadavg()[2]:.1f} (15 minutes), commit {_commit()}."
    _PAGE.write_text(f"{before}{begin}\n\n{told}\n\n{made}\n{end}{rest.partition(end)[2]}", encoding="utf-8")


def machine() -> str:
    """Say on what it was measured."""
    cores = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    versions = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    model = cores[0].partition(":")[2].strip() if cores else platform.machine()
    return f"{len(cores)} cores ({model}), Python {platform.python_version()}, {versions}"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits


def _commit() -> str:
    asked = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()


def _verdict(each: Figure) -> str:
    return {None: "", True: "yes", False: "no"}[each.is_reached]
