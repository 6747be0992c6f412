"""The summary as a table for people: a metric's difference stands in its unit, not as a percentage."""

from collections.abc import Sequence
from typing import Any

from otel_bridge.api.evaluation.local_summary import local_summary
from otel_bridge.api.evaluation.result import EvalResult
from otel_bridge.api.summary import DISABLED, ExperimentSummary, MetricSummary, ScoreSummary, SummarySkipped

_HEAD = ("", "", "change", "better", "worse")


def table(summary: ExperimentSummary, results: Sequence[EvalResult[Any, Any, Any]] = ()) -> str:
    """Return scores and metrics, a line each, with what became better or worse, and where to see more.

    Args:
        summary: what the server says.
        results: the cases as they ran here: their averages stand in where the server said nothing though it was asked.
    """
    title = summary.experiment_name
    if summary.comparison_experiment_name:
        title += f" compared to {summary.comparison_experiment_name}"
    body = _body(summary, results)
    tail = f"\n\nSee results at {summary.experiment_url}" if summary.experiment_url else ""
    return f"\n{title}\n\n{body}{tail}\n"


def _body(summary: ExperimentSummary, results: Sequence[EvalResult[Any, Any, Any]]) -> str:
    skipped = summary.comparison
    if not isinstance(skipped, SummarySkipped):
        return _numbers(summary)
    here = local_summary(summary.project_name, summary.experiment_name, results)
    if skipped is DISABLED or not here.scores:
        return f"no numbers: {skipped.reason}"
    return f"{_numbers(here)}\n\nThe averages are of the cases as they ran here, compared with none: {skipped.reason}"


def _numbers(summary: ExperimentSummary) -> str:
    lines = [*map(_score_line, summary.scores.values()), *map(_metric_line, summary.metrics.values())]
    return aligned([_HEAD, *lines])


def _score_line(score: ScoreSummary) -> tuple[str, ...]:
    change = "" if score.diff is None else f"{score.diff * 100:+.2f}%"
    return (score.name, f"{score.score * 100:.2f}%", change, *_counts(score))


def _metric_line(metric: MetricSummary) -> tuple[str, ...]:
    unit = "" if metric.unit == "$" else f" {metric.unit}"
    sign = "$" if metric.unit == "$" else ""
    change = (
        ""
        if metric.diff is None
        else f"{'+' if metric.diff >= 0 else '-'}{sign}{_number(abs(metric.diff))}{unit}"
    )
    return (metric.name, f"{sign}{_number(metric.metric)}{unit}", change, *_counts(metric))


def _counts(each: ScoreSummary | MetricSummary) -> tuple[str, str]:
    if each.diff is None:
        return "", ""
    return str(each.improvements or 0), str(each.regressions or 0)


def _number(value: float) -> str:
    if value == int(value):
        return str(int(value))
    return f"{value:.2f}" if abs(value) >= 0.1 else f"{value:.4g}"  # noqa: PLR2004 - two digits would say nothing


def aligned(lines: Sequence[tuple[str, ...]]) -> str:
    """Return lines of equally many cells below each other: the first to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    shown = (
        "  ".join(
            [
                line[0].ljust(widths[0]),
                *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)),
            ]
        )
        for line in lines
    )
    return "\n".join(line.rstrip() for line in shown)
