"""Fail when the corpus scorer's result is below the floor that the project has promised.

usage: python -m tests.support.corpus_floor SCORE.json
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

WHOLE: Final = ("structure", "attrs")
"""Categories in which nothing may fail."""

CATEGORY_FLOOR: Final = 0.98
MEAN_FLOOR: Final = 0.99
FAMILY_FLOOR: Final = 0.95

Counts = Mapping[str, Sequence[int]]


def shares(counts: Counts) -> dict[str, float]:
    """The share of checks that passed, by category; a category without checks is left out."""
    return {name: passed / asked for name, (passed, asked) in counts.items() if asked and name != "all"}


def mean(counts: Counts) -> float:
    """The mean over the categories, each counting the same."""
    found = shares(counts)
    return sum(found.values()) / len(found)


def faults(total: Counts, families: Mapping[str, Counts]) -> list[str]:
    """What is below its floor, one line each."""
    low = [
        f"{name} is {share:.4f}, the floor is {floor}"
        for name, share in shares(total).items()
        if share < (floor := 1.0 if name in WHOLE else CATEGORY_FLOOR)
    ]
    if mean(total) < MEAN_FLOOR:
        low.append(f"the mean over the categories is {mean(total):.4f}, the floor is {MEAN_FLOOR}")
    return low + [
        f"the mean of {name} is {mean(counts):.4f}, the floor is {FAMILY_FLOOR}"
        for name, counts in families.items()
        if mean(counts) < FAMILY_FLOOR
    ]


def main(path: str) -> None:
    """Print the figures and exit with 1 when one is below its floor."""
    score = json.loads(Path(path).read_text(encoding="utf-8"))
    lowest = min(shares(score["total"]).values())
    sys.stdout.write(f"mean of the categories {mean(score['total']):.4f}, lowest {lowest:.4f}\n")
    if low := faults(score["total"], score["table"]):
        sys.exit("\n".join(low))


if __name__ == "__main__":
    main(sys.argv[1])
