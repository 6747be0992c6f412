"""The summary of what was not sent."""

from typing import Any

from otel_bridge import EvalResult
from otel_bridge.api.evaluation.local_summary import local_summary


def test_means_are_over_the_cases_where_a_score_counts() -> None:
    results: list[EvalResult[Any, Any, Any]] = [
        EvalResult(input=1, output=1, scores={"a": 1, "b": None}),
        EvalResult(input=2, output=2, scores={"a": False}),
    ]

    summary = local_summary("p", "e", results)

    assert {name: score.score for name, score in summary.scores.items()} == {"a": 0.5}
    assert (summary.experiment_name, summary.experiment_url, summary.metrics) == ("e", None, {})
    assert local_summary("p", "e", []).scores == {}
