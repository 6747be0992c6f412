"""Summaries beside those of the installed `braintrust` package: the same texts and the same JSON."""

from typing import Any, Final

import braintrust

import otel_bridge
from otel_bridge.api.summary import success_of

ANSWER: Final[dict[str, dict[str, Any]]] = {
    "scores": {
        "acc": {"name": "acc", "score": 0.625, "improvements": 0, "regressions": 1, "diff": -0.25},
        "same": {"name": "same", "score": 0.003, "improvements": 0, "regressions": 0, "diff": 0},
        "b": {"name": "b", "score": 0.3, "improvements": 0, "regressions": 0},
    },
    "metrics": {
        "prompt_tokens": {"name": "prompt_tokens", "metric": 8.25, "unit": "tok", "improvements": 1, "regressions": 0, "diff": -11.75},
        "n": {"name": "n", "metric": 3, "unit": "tok", "improvements": 0, "regressions": 0},
    },
}  # fmt: skip

NAMES: Final[dict[str, Any]] = {
    "project_name": "p", "project_id": "1", "experiment_id": "2", "experiment_name": "e", "project_url": "u",
    "experiment_url": "v", "comparison_experiment_name": "base",
}  # fmt: skip


def theirs(comparison: Any) -> Any:
    return braintrust.ExperimentSummary(**NAMES, comparison=comparison)


def their_numbers() -> Any:
    return braintrust.SummarySuccess(
        scores={name: braintrust.ScoreSummary(_longest_score_name=4, **item) for name, item in ANSWER["scores"].items()},
        metrics={name: braintrust.MetricSummary(_longest_metric_name=13, **item) for name, item in ANSWER["metrics"].items()},
    )  # fmt: skip


def test_numbers_read_as_those_of_braintrust() -> None:
    ours = otel_bridge.ExperimentSummary(**NAMES, comparison=success_of(ANSWER))

    assert str(ours) == str(theirs(their_numbers()))
    assert ours.as_dict() == theirs(their_numbers()).as_dict()
    assert list(ours.scores) == ["acc", "same", "b"]


def test_a_reason_reads_as_that_of_braintrust() -> None:
    ours = otel_bridge.ExperimentSummary(**NAMES, comparison=otel_bridge.SummarySkipped("why"))
    reason = theirs(braintrust.SummarySkipped("why"))

    assert str(ours) == str(reason)
    assert ours.as_dict() == reason.as_dict()
    assert (ours.scores, ours.metrics) == ({}, {})


def test_a_dataset_reads_as_that_of_braintrust() -> None:
    ours, reference = (
        library.DatasetSummary("p", "d", "u", "v", library.DataSummary(3, 2))
        for library in (otel_bridge, braintrust)
    )

    assert str(ours) == str(reference)
    assert ours.as_dict() == reference.as_dict()
    assert as_json(ours) == as_json(reference)


def as_json(told: Any) -> str:
    text: str = told.as_json(sort_keys=True)
    return text


def test_the_numbers_and_scores_are_told_as_those_of_braintrust() -> None:
    ours, reference = success_of(ANSWER), their_numbers()

    assert as_json(ours) == as_json(reference)
    assert ours.scores["acc"].as_dict() == reference.scores["acc"].as_dict()
    assert as_json(otel_bridge.Score("s", 1)) == as_json(braintrust.Score("s", 1))


def test_an_answer_with_other_keys_is_read_as_far_as_it_goes() -> None:
    numbers = success_of({"scores": {"a": {"score": 1, "new": True}, "b": None}, "metrics": None})

    assert {name: score.score for name, score in numbers.scores.items()} == {"a": 1}
    assert numbers.metrics == {}
