"""The goals P1 to P10 and what a run says of each: the table that `make bench` ends with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

GOALS: Final[Mapping[str, str]] = {
    "P1": "a traced call: at most 1.2 x plain OpenTelemetry, 0.25 x Braintrust's SDK",
    "P2": "as fast as it goes: at most 0.6 x the CPU of plain OpenTelemetry, nothing lost",
    "P3": "the import: at most 0.7 x plain OpenTelemetry",
    "P4": "OTLP received durably: at least 2 x rotel's blackhole, per CPU second",
    "P5": "OTLP to row in the store: at least 12,000 spans per CPU second, 35 x Phoenix and MLflow",
    "P6": "bytes to row: at most 30 us, and at most 1.5 x that for every convention",
    "P7": "from the answer to queryable at 3,000 spans a second: p99 below 1 s",
    "P8": "queries at 1,000,000 rows: 60 to 1,000 ms, with a writer twice that",
    "P9": "ready in 1.5 s, 150 MB idle, below the cap and 100 MB under overload",
    "P10": "a span at 10,000,000 stored rows: at most 1.25 x the cost at 100,000",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One figure beside what is wanted of it.

    Attributes:
        goal: one of `GOALS`.
        told: the figure, in words.
        is_reached: whether it is as good as the goal.
    """

    goal: str
    told: str
    is_reached: bool


def closing(verdicts: Sequence[Verdict], broken: Mapping[str, str]) -> str:
    """Return every goal with whether it was reached, as a table in Markdown.

    Args:
        verdicts: all that was measured; a goal is reached when all of its own are.
        broken: part that ended with an error -> the error.
    """
    lines = ["| goal | what | reached | of its figures | not reached |", "| --- | --- | --- | --- | --- |"]
    for goal, what in GOALS.items():
        own = [each for each in verdicts if each.goal == goal]
        missed = [each.told for each in own if not each.is_reached]
        verdict = "not measured" if not own else "no" if missed else "yes"
        lines.append(
            f"| {goal} | {what} | **{verdict}** | {len(own) - len(missed)} of {len(own)} | {'; '.join(missed)} |"
        )
    lines += [f"\nNot measured: {part} ended with {error}." for part, error in broken.items()]
    return "\n".join(lines)
