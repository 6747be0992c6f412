"""The summary as a table for people: a metric's difference stands in its unit, not as a percentage."""

from collections.abc import Sequence

from otel_bridge.api.summary import ExperimentSummary, MetricSummary, ScoreSummary, SummarySkipped

_HEAD = ("", "", "change", "better", "worse")


def table(summary: ExperimentSummary) -> str:
    """Return scores and metrics, a line each, with what became better or worse, and where to see more."""
    title = summary.experiment_name
    if summary.comparison_experiment_name:
        title += f" compared to {summary.comparison_experiment_name}"
    if isinstance(summary.comparison, SummarySkipped):
        body = f"no numbers: {summary.comparison.reason}"
    else:
        body = _aligned([
            _HEAD, *map(_score_line, summary.scores.values()), *map(_metric_line, summary.metrics.values())
        ])  # fmt: skip
    tail = f"\n\nSee results at {summary.experiment_url}" if summary.experiment_url else ""
    return f"\n{title}\n\n{body}{tail}\n"


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


def _aligned(lines: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEAD))]
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
