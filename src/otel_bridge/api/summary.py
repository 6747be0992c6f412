"""The result of an experiment in numbers, and of a dataset; texts and shapes are Braintrust's.

Source: `braintrust` 0.47.0 SDK, `logger.ExperimentSummary` and its like, measured (spec/evaluate.md section 1.10).
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal, TypeAlias, cast

_LINE = "=========================SUMMARY========================="


class Told:
    """What tells itself by name and as JSON text; for dataclasses."""

    __slots__ = ()

    def as_dict(self) -> dict[str, Any]:
        """Return it by name."""
        fields: Any = self
        return asdict(fields)

    def as_json(self, **options: Any) -> str:
        """Return the same as text; `options` are those of `json.dumps`."""
        return json.dumps(self.as_dict(), **options)


@dataclass(slots=True)
class ScoreSummary(Told):
    """One score of an experiment.

    Attributes:
        name: of the score.
        score: mean over the cases, 0 to 1.
        improvements: cases that are better than in the other experiment; None where nobody said.
        regressions: cases that are worse.
        diff: mean difference to the other experiment, or None.
    """

    name: str
    _longest_score_name: int
    score: float
    improvements: int | None
    regressions: int | None
    diff: float | None = None

    def __str__(self) -> str:
        percent = f"{self.score * 100:05.2f}%"
        if self.diff is None:
            return f"{percent} {_padded(self.name, self._longest_score_name)} score"
        return (
            f"{percent} ({_change(self.diff)}) {_padded(self.name, self._longest_score_name)} score"
            f"\t({self.improvements} improvements, {self.regressions} regressions)"
        )


@dataclass(slots=True)
class MetricSummary(Told):
    """One metric of an experiment.

    Attributes:
        name: of the metric.
        metric: mean over the cases, in `unit`.
        unit: `s`, `tok`, `$` and so on.
        improvements: as of a score; less is better.
        regressions: as of a score.
        diff: difference to the other experiment in `unit`, or None.
    """

    name: str
    _longest_metric_name: int
    metric: float | int
    unit: str
    improvements: int | None
    regressions: int | None
    diff: float | None = None

    def __str__(self) -> str:
        number = f"{self.metric:d}" if isinstance(self.metric, int) else f"{self.metric:.2f}"
        if self.diff is None:
            return f"{number}{self.unit} {self.name}"
        return (
            f"{number}{self.unit} ({_change(self.diff)}) {_padded(self.name, self._longest_metric_name)}"
            f"\t({self.improvements} improvements, {self.regressions} regressions)"
        )


@dataclass(slots=True)
class SummarySuccess(Told):
    """The numbers, by name."""

    scores: dict[str, ScoreSummary]
    metrics: dict[str, MetricSummary]
    status: Literal["success"] = field(default="success", init=False)


@dataclass(slots=True)
class SummarySkipped(Told):
    """Why there are no numbers."""

    reason: str
    status: Literal["skipped"] = field(default="skipped", init=False)


SummaryResult: TypeAlias = SummarySuccess | SummarySkipped

DISABLED: Final = SummarySkipped("Score summarization was disabled")
"""Why there are no numbers where nobody asked for them."""


@dataclass(slots=True)
class ExperimentSummary(Told):
    """What an experiment came to; ids and links are None where nothing was sent.

    Attributes:
        comparison_experiment_name: what it is compared with, or None.
        comparison: the numbers, or why there are none.
    """

    project_name: str
    project_id: str | None
    experiment_id: str | None
    experiment_name: str
    project_url: str | None
    experiment_url: str | None
    comparison_experiment_name: str | None
    comparison: SummaryResult

    @property
    def scores(self) -> dict[str, ScoreSummary]:
        """The scores by name; empty where the numbers were skipped."""
        return self.comparison.scores if isinstance(self.comparison, SummarySuccess) else {}

    @property
    def metrics(self) -> dict[str, MetricSummary]:
        """The metrics by name; empty where the numbers were skipped."""
        return self.comparison.metrics if isinstance(self.comparison, SummarySuccess) else {}

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON, with `scores` and `metrics` also at the top."""
        told = asdict(self)
        comparison = cast("dict[str, Any]", told["comparison"])
        legacy = {name: comparison.get(name, {}) for name in ("scores", "metrics")}
        return {**told, **legacy}

    def __str__(self) -> str:
        head = f"\n{_LINE}\n"
        if self.comparison_experiment_name:
            head += f"{self.experiment_name} compared to {self.comparison_experiment_name}:\n"
        tail = (
            f"See results for {self.experiment_name} at {self.experiment_url}" if self.experiment_url else ""
        )
        return f"{head}{_numbers(self.comparison)}{tail}"


def _numbers(comparison: SummaryResult) -> str:
    if isinstance(comparison, SummarySkipped):
        return f"Summary skipped: {comparison.reason}\n\n"
    blocks = [comparison.scores.values(), comparison.metrics.values()]
    return "".join("".join(f"{each}\n" for each in block) + "\n" for block in blocks)


@dataclass(slots=True)
class DataSummary(Told):
    """How many records a dataset has, and how many this process has inserted."""

    new_records: int
    total_records: int

    def __str__(self) -> str:
        return f"Total records: {self.total_records} ({self.new_records} new or updated records)"


@dataclass(slots=True)
class DatasetSummary(Told):
    """What a dataset holds; `data_summary` is None where it was not asked for."""

    project_name: str
    dataset_name: str
    project_url: str
    dataset_url: str
    data_summary: DataSummary | None

    def __str__(self) -> str:
        counted = f"{self.data_summary}\n" if self.data_summary else ""
        return f"\n{_LINE}\n{counted}See results for all datasets in {self.project_name} at {self.project_url}\nSee results for {self.dataset_name} at {self.dataset_url}"


def success_of(answer: Mapping[str, Any]) -> SummarySuccess:
    """Return the numbers of an answer; an item with unknown or missing keys counts as far as it can be read."""
    scores, metrics = (_items(answer.get(name)) for name in ("scores", "metrics"))
    return SummarySuccess(
        scores={
            name: ScoreSummary(name, _longest(scores), item.get("score") or 0.0, *_compared(item))
            for name, item in scores.items()
        },
        metrics={
            name: MetricSummary(
                name,
                _longest(metrics),
                item.get("metric") or 0,
                str(item.get("unit") or ""),
                *_compared(item),
            )
            for name, item in metrics.items()
        },
    )


def _items(found: object) -> dict[str, Mapping[str, Any]]:
    items: Mapping[str, object] = cast("Mapping[str, object]", found) if isinstance(found, Mapping) else {}
    return {
        name: cast("Mapping[str, Any]", item) for name, item in items.items() if isinstance(item, Mapping)
    }


def _compared(item: Mapping[str, Any]) -> tuple[int | None, int | None, float | None]:
    return item.get("improvements"), item.get("regressions"), item.get("diff")


def _longest(items: Mapping[str, object]) -> int:
    return max((len(name) for name in items), default=0)


def _padded(name: str, longest: int) -> str:
    return f"'{name}'".ljust(longest + 2)


def _change(diff: float) -> str:
    return "-" if diff == 0 else f"{'+' if diff > 0 else '-'}{abs(diff) * 100:05.2f}%"
