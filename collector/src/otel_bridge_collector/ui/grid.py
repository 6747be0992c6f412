"""The cases of several experiments side by side, matched by their input: pure, from traces to means and verdicts."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final, Literal, TypeAlias

from otel_bridge_collector.api.comparison import Numbers, Trial

Verdict: TypeAlias = Literal["improved", "regressed", "same", "new", "missing"]
VERDICTS: Final[tuple[Verdict, ...]] = ("improved", "regressed", "same", "new", "missing")
_TOLERANCE: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What one experiment has of a case.

    Attributes:
        trials: its traces of that input, oldest first; none where it has not got the case.
        scores: the mean of each over the trials.
        changes: score -> difference from the first experiment, for what both have.
        metrics: the mean of each over the trials.
    """

    trials: Sequence[Trial]
    scores: Numbers
    changes: Numbers
    metrics: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One input.

    Attributes:
        key: the input as JSON.
        cells: one for each experiment, in their order.
        verdicts: what the others are against the first; a case can be better in one score and worse in another.
    """

    key: str
    cells: Sequence[Cell]
    verdicts: frozenset[Verdict]


def grid_of(experiments: Sequence[Sequence[Trial]], score: str = "") -> list[Case]:
    """Return the cases of experiments, the first of which is what the others are compared with.

    Args:
        experiments: the traces of each, oldest first.
        score: the one that verdicts are about; empty for all.
    """
    found = [_by_case(trials) for trials in experiments]
    keys = dict.fromkeys(key for cases in found for key in cases)
    return [_case(key, [cases.get(key, ()) for cases in found], score) for key in keys]


def counts_of(cases: Sequence[Case]) -> Mapping[Verdict, int]:
    """Return how many cases there are of each verdict."""
    return {verdict: sum(verdict in case.verdicts for case in cases) for verdict in VERDICTS}


def _by_case(trials: Sequence[Trial]) -> Mapping[str, Sequence[Trial]]:
    found: dict[str, list[Trial]] = defaultdict(list)
    for trial in trials:
        found[trial.case].append(trial)
    return found


def _case(key: str, found: Sequence[Sequence[Trial]], score: str) -> Case:
    base = _means([trial.scores for trial in found[0]])
    cells = [_cell(trials, {} if place == 0 else base) for place, trials in enumerate(found)]
    return Case(key=key, cells=cells, verdicts=_verdicts(cells, score))


def _cell(trials: Sequence[Trial], base: Numbers) -> Cell:
    scores = _means([trial.scores for trial in trials])
    return Cell(
        trials=trials,
        scores=scores,
        changes={name: value - base[name] for name, value in scores.items() if name in base},
        metrics=_means([trial.metrics for trial in trials]),
    )


def _means(numbers: Sequence[Numbers]) -> Numbers:
    found: dict[str, list[float]] = defaultdict(list)
    for each in numbers:
        for name, value in each.items():
            found[name].append(value)
    return {name: fmean(values) for name, values in found.items()}


def _verdicts(cells: Sequence[Cell], score: str) -> frozenset[Verdict]:
    base, others = cells[0], cells[1:]
    if not base.trials:
        return frozenset({"new"})
    found: set[Verdict] = set()
    if others and not all(cell.trials for cell in others):
        found.add("missing")
    changes = [change for cell in others for name, change in cell.changes.items() if score in ("", name)]
    if any(change > _TOLERANCE for change in changes):
        found.add("improved")
    if any(change < -_TOLERANCE for change in changes):
        found.add("regressed")
    return frozenset(found or {"same"})
