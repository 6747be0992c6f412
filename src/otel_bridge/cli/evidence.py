"""How much the cases of two experiments say about a change: differences case by case, and what chance explains of them. Pure.

A case is known by its input; several traces with one input are trials of one case, and count as their mean. The interval is the
percentile bootstrap over cases (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13), with a fixed seed: the
same scores give the same interval. The detectable change is that of a paired test at 5 % with a power of 80 %
(Cohen, Statistical Power Analysis, 1988, chapter 2).
"""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev
from typing import Final

from otel_bridge.control.trials import TraceScores

RESAMPLES: Final = 2_000
MAX_DRAWS: Final = 10_000_000
"""Of many cases fewer resamples are drawn: their interval is narrow anyway."""

PASSES_FROM: Final = 0.5
"""A trial with this score or more has passed, for telling whether trials agree."""

_LOW, _HIGH = 0.025, 0.975
_DETECTED: Final = 1.96 + 0.8416
"""Quantiles of the normal distribution for 5 % on two sides and a power of 80 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How a score changed over the cases that both experiments have.

    Attributes:
        cases: how many.
        mean: of the differences; below 0 where it fell.
        low, high: the 95 % interval of the mean; None for fewer than two cases.
        detectable: the smallest mean that so many cases, as different as these, would show; None likewise.
    """

    cases: int
    mean: float
    low: float | None
    high: float | None
    detectable: float | None

    @property
    def is_fall(self) -> bool:
        """Whether it fell, by more than chance explains."""
        return self.high is not None and self.high < 0


def changes(here: Sequence[TraceScores], there: Sequence[TraceScores]) -> dict[str, Change]:
    """Return what became of each score that both have for at least one case, by name."""
    after, before = _by_score(here), _by_score(there)
    found: dict[str, Change] = {}
    for name, cases in after.items():
        shared = [(cases[case], before[name][case]) for case in cases if case in before.get(name, ())]
        if shared:
            found[name] = change_of([fmean(new) - fmean(old) for new, old in shared])
    return found


def change_of(differences: Sequence[float]) -> Change:
    """Return what differences, one for each case, come to."""
    count, mean = len(differences), fmean(differences)
    if count < 2:  # noqa: PLR2004 - one case has no spread
        return Change(cases=count, mean=mean, low=None, high=None, detectable=None)
    draw = random.Random(0).choices  # noqa: S311 - resampling
    resamples = min(RESAMPLES, max(MAX_DRAWS // count, RESAMPLES // 10))
    means = sorted(fmean(draw(differences, k=count)) for _ in range(resamples))
    return Change(
        cases=count,
        mean=mean,
        low=means[int(_LOW * (resamples - 1))],
        high=means[round(_HIGH * (resamples - 1))],
        detectable=_DETECTED * stdev(differences) / sqrt(count),
    )


def flaky_cases(trials: Sequence[TraceScores]) -> dict[str, list[str]]:
    """Return the cases whose trials do not agree, with the scores that passed in one trial and failed in another."""
    found: dict[str, list[str]] = {}
    for name, cases in _by_score(trials).items():
        for case, scores in cases.items():
            if len({score >= PASSES_FROM for score in scores}) > 1:
                found.setdefault(case, []).append(name)
    return found


def _by_score(trials: Sequence[TraceScores]) -> Mapping[str, Mapping[str, list[float]]]:
    found: defaultdict[str, defaultdict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for trial in trials:
        for name, score in trial.scores.items():
            found[name][trial.case].append(score)
    return found
