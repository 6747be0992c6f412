"""The summary of an evaluation that sent nothing to compare: means of its own results.

Source: `braintrust` 0.47.0 SDK, `framework.build_local_summary`, measured (spec/evaluate.md section 1.10).
"""

from collections.abc import Sequence
from statistics import fmean
from typing import Any

from otel_bridge.api.evaluation.result import EvalResult
from otel_bridge.api.summary import ExperimentSummary, ScoreSummary, SummarySuccess


def local_summary(
    project_name: str, eval_name: str, results: Sequence[EvalResult[Any, Any, Any]]
) -> ExperimentSummary:
    """Return the mean of each score over the cases where it counts; no ids, links, metrics or comparison."""
    values: dict[str, list[float]] = {}
    for result in results:
        for name, score in result.scores.items():
            if score is not None:
                values.setdefault(name, []).append(score)
    longest = max(map(len, values), default=0)
    return ExperimentSummary(
        project_name=project_name,
        project_id=None,
        experiment_id=None,
        experiment_name=eval_name,
        project_url=None,
        experiment_url=None,
        comparison_experiment_name=None,
        comparison=SummarySuccess(
            scores={
                name: ScoreSummary(name, longest, fmean(found), improvements=0, regressions=0)
                for name, found in values.items()
            },
            metrics={},
        ),
    )
