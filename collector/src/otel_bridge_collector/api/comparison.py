"""An experiment in numbers, alone or against another: pure, from rows to means and counts.

Source: spec/evaluate.md section 2.2, an algorithm that reproduces the printed output of Braintrust's cookbooks. A case is a
trace, known by the input of its root or by the keys of its project; several traces that are alike in it are trials of one case.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final, TypeAlias, cast

from otel_bridge.contract.row import Json

_TOLERANCE: Final = 1e-9

_UNITS: Final[Mapping[str, str]] = {
    "duration": "s",
    "llm_duration": "s",
    "prompt_tokens": "tok",
    "completion_tokens": "tok",
    "total_tokens": "tok",
    "estimated_cost": "$",
    "prompt_cached_tokens": "tok",
    "prompt_cache_creation_tokens": "tok",
}
"""Metric -> unit, in the order in which a summary lists them; of each, lower is better."""

_SUMMED: Final = (
    "prompt_tokens", "completion_tokens", "estimated_cost", "prompt_cached_tokens", "prompt_cache_creation_tokens",
)  # fmt: skip

Numbers: TypeAlias = dict[str, float]
_Row: TypeAlias = Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One trace of an experiment: which case it is, and its scores and metrics.

    Attributes:
        root_id: of the row of its root; empty where it was not read.
        case: the input as JSON, or the keys of the project; equal for equal ones.
    """

    root_id: str = ""
    case: str
    scores: Numbers
    metrics: Numbers


def trials_of(rows: Sequence[_Row], keys: Sequence[str] = ()) -> list[Trial]:
    """Return the traces of an experiment, oldest first; those without a root are left out.

    Args:
        rows: of the experiment.
        keys: fields of roots by which cases are known; by the input where all of them are null.
    """
    traces: dict[str, list[_Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: str(row.get("created"))):
        traces[str(row.get("root_span_id"))].append(row)
    trials: list[Trial] = []
    for trace in traces.values():
        root = next((row for row in trace if row.get("is_root")), None)
        if root is not None:
            trials.append(
                Trial(
                    root_id=str(root.get("id") or ""),
                    case=_case_of(root, keys),
                    scores=_scores(trace),
                    metrics=_metrics(root, trace),
                )
            )
    return trials


def summarize(trials: Sequence[Trial], base: Sequence[Trial] | None) -> dict[str, dict[str, Json]]:
    """Return `scores` and `metrics` of a summary, each by name; `base` is what to compare with, or None."""
    scores = {
        name: {"name": name, "score": _mean_of(values), **_compared(name, trials, base, of="scores")}
        for name, values in _by_name(trials, "scores").items()
    }
    found = _by_name(trials, "metrics")
    metrics = {
        name: {
            "name": name,
            "metric": _mean_of(found[name]),
            "unit": unit,
            **_compared(name, trials, base, of="metrics"),
        }
        for name, unit in _UNITS.items()
        if name in found
    }
    return {"scores": cast("dict[str, Json]", scores), "metrics": cast("dict[str, Json]", metrics)}


def _case_of(root: _Row, keys: Sequence[str]) -> str:
    values = [root.get(key) for key in keys]
    return _case(root.get("input")) if all(value is None for value in values) else _case(values)


def _case(value: Json) -> str:
    """Return equal texts for equal inputs; 1 and 1.0 are equal, 1 and true are not."""
    return json.dumps(_whole(value), sort_keys=True, default=str)


def _whole(value: Json) -> Json:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: _whole(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return value


def _scores(trace: Sequence[_Row]) -> Numbers:
    found: dict[str, list[float]] = defaultdict(list)
    for row in trace:
        for name, score in _numbers(row.get("scores")).items():
            found[name].append(score)
    return {name: fmean(scores) for name, scores in found.items()}


def _metrics(root: _Row, trace: Sequence[_Row]) -> Numbers:
    metrics: Numbers = {}
    if (duration := _duration(root)) is not None:
        metrics["duration"] = duration
    calls = [row for row in trace if _is_call(row)]
    if not calls:
        return metrics
    metrics["llm_duration"] = sum(_duration(row) or 0.0 for row in calls)
    each = [_numbers(row.get("metrics")) for row in calls]
    for name in _SUMMED:
        values = [numbers[name] for numbers in each if name in numbers]
        if values:
            metrics[name] = sum(values)
    totals = [total for numbers in each if (total := _total(numbers)) is not None]
    if totals:
        metrics["total_tokens"] = sum(totals)
    return metrics


def _is_call(row: _Row) -> bool:
    """Tell whether a row is a call of a model that the task made; those of scorers do not count."""
    attributes = row.get("span_attributes")
    if not isinstance(attributes, Mapping):
        return False
    return attributes.get("type") == "llm" and attributes.get("purpose") != "scorer"


def _total(numbers: Numbers) -> float | None:
    if "tokens" in numbers:
        return numbers["tokens"]
    parts = [numbers[name] for name in ("prompt_tokens", "completion_tokens") if name in numbers]
    return sum(parts) if parts else None


def _duration(row: _Row) -> float | None:
    metrics = _numbers(row.get("metrics"))
    return metrics["end"] - metrics["start"] if {"start", "end"} <= metrics.keys() else None


def _numbers(value: Json) -> Numbers:
    if not isinstance(value, Mapping):
        return {}
    return {
        name: float(item)
        for name, item in value.items()
        if isinstance(item, int | float) and not isinstance(item, bool)
    }


def _by_name(trials: Sequence[Trial], of: str) -> dict[str, list[float]]:
    found: dict[str, list[float]] = defaultdict(list)
    for trial in trials:
        for name, value in cast("Numbers", getattr(trial, of)).items():
            found[name].append(value)
    return found


def _compared(
    name: str, trials: Sequence[Trial], base: Sequence[Trial] | None, *, of: str
) -> dict[str, Json]:
    """Return improvements, regressions and difference of one number.

    A score's difference is over the cases that both have; a metric's is that of the two means.
    """
    here = _by_case(trials, name, of)
    there = _by_case(base or (), name, of)
    changes = [fmean(here[case]) - fmean(there[case]) for case in here if case in there]
    better, worse = (
        sum(change > _TOLERANCE for change in changes),
        sum(change < -_TOLERANCE for change in changes),
    )
    if of == "metrics":
        better, worse = worse, better
    compared: dict[str, Json] = {"improvements": better, "regressions": worse}
    if there:
        if of == "metrics":
            compared["diff"] = _overall(here) - _overall(there)
        else:
            compared["diff"] = fmean(changes) if changes else 0
    return compared


def _by_case(trials: Sequence[Trial], name: str, of: str) -> dict[str, list[float]]:
    found: dict[str, list[float]] = defaultdict(list)
    for trial in trials:
        values = cast("Numbers", getattr(trial, of))
        if name in values:
            found[trial.case].append(values[name])
    return found


def _overall(cases: Mapping[str, Sequence[float]]) -> float:
    return fmean([value for values in cases.values() for value in values])


def _mean_of(values: Sequence[float]) -> float | int:
    """Return the mean, as an integer where it is one."""
    mean = fmean(values)
    return int(mean) if mean.is_integer() else mean
