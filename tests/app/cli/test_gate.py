"""What conditions make of an evaluation."""

from typing import Any

import pytest

from otel_bridge.api.evaluation.result import EvalResult
from otel_bridge.api.summary import ExperimentSummary, MetricSummary, ScoreSummary, SummarySuccess
from otel_bridge.cli.condition import parse_condition
from otel_bridge.cli.gate import Evidence, as_json, evidence_of, judge, scorers_failed, told
from otel_bridge.control.trials import TraceScores


def summary(*, score: float = 0.5, base: str | None = "base") -> ExperimentSummary:
    numbers = SummarySuccess(
        scores={"exact": ScoreSummary("exact", 5, score, 0, 0)},
        metrics={"duration": MetricSummary("duration", 8, 2.0, "s", 0, 0)},
    )
    return ExperimentSummary("p", "p1", "e1", "e", None, None, base, numbers)


def result(**changed: Any) -> EvalResult[Any, Any, Any]:
    return EvalResult(**{"input": 1, "output": 1, "scores": {"exact": 1.0}, **changed})


def evidence(before: list[float], after: list[float], **changed: Any) -> Evidence:
    here, there = (
        [TraceScores(case=str(index), scores={"exact": score}) for index, score in enumerate(scores)]
        for scores in (after, before)
    )
    return evidence_of([result()], summary(**changed), here, there)


FALL = evidence([1.0] * 20, [1.0] * 10 + [0.0] * 10)
CHANCE = evidence([1.0, 0.0] * 5, [0.0, 1.0] * 4 + [1.0, 0.0][::-1][:1] + [0.0])
NEW = evidence_of([result()], summary(), [TraceScores(case="1", scores={"exact": 1.0})], [])
SAME = evidence([1.0] * 20, [1.0] * 20)
NO_BASE = evidence_of([result()], summary(base=None), [], None)


@pytest.mark.parametrize(
    ("condition", "found", "failed", "why"),
    [
        pytest.param("regression > 2%", FALL, True, "exact fell by 50.00%", id="fall"),
        pytest.param("regression.exact > 0.02", FALL, True, "exact fell by 50.00%", id="fall of a score"),
        pytest.param("regression > 60%", FALL, False, "the largest fall is 50.00%", id="smaller fall"),
        pytest.param("regression > 2%", CHANCE, False, "which chance explains", id="chance"),
        pytest.param("regression > 2%", SAME, False, "nothing fell", id="same"),
        pytest.param("regression > 2%", NO_BASE, False, "no experiment to compare with", id="no base"),
        pytest.param(
            "regression.other > 2%", FALL, True, "no such score, known are exact", id="no such regression"
        ),
        pytest.param("regression.other > 2%", NO_BASE, True, "known are exact", id="no such, no base"),
        pytest.param(
            "regression.exact > 2%", NEW, False, "no case has a score exact here and in base", id="new score"
        ),
        pytest.param("score.exact < 0.8", FALL, True, "it is 0.5", id="score"),
        pytest.param("score.exact < 0.4", FALL, False, "it is 0.5", id="score is enough"),
        pytest.param("score.other < 0.4", FALL, True, "no such score, known are exact", id="no such score"),
        pytest.param("metric.duration > 1.5", FALL, True, "it is 2", id="metric"),
        pytest.param(
            "metric.tokens > 1", FALL, True, "no such metric, known are duration", id="no such metric"
        ),
        pytest.param("errors > 0", FALL, False, "it is 0", id="errors"),
        pytest.param("flaky > 0", FALL, False, "it is 0", id="flaky"),
    ],
)
def test_verdicts(condition: str, found: Evidence, failed: bool, why: str) -> None:  # noqa: FBT001 - a case
    verdict = judge(parse_condition(condition), found)

    assert verdict.failed is failed
    assert why in verdict.why


def test_errors_and_failed_scorers_are_counted() -> None:
    failed = result(error=ValueError("no"), scores={})
    unscored = result(metadata={"scorer_errors": {"exact": "Traceback"}}, scores={})
    found = evidence_of([result(), failed, unscored], summary(), None, None)

    assert judge(parse_condition("errors >= 1"), found).failed
    assert judge(parse_condition("scorer_errors >= 1"), found).failed
    assert scorers_failed(found.results) == 1


def test_without_an_experiment_flaky_cases_are_those_of_the_results() -> None:
    found = evidence_of([result(), result(scores={"exact": 0.0})], summary(base=None), None, None)

    assert found.flaky == {"1": ["exact"]}


def test_it_is_told_as_a_table() -> None:
    text = told(FALL, [judge(parse_condition("regression > 2%"), FALL)])

    lines = text.splitlines()
    assert lines[0] == "against base, case by case"
    assert lines[2].split()[:2] == ["exact", "-50.00%"]
    assert lines[-1] == "FAILED  regression > 2%: exact fell by 50.00%"


def test_many_flaky_cases_are_cut() -> None:
    flaky = {f"case {number} " + "x" * 100: ["exact"] for number in range(12)}
    text = told(Evidence(results=[], summary=summary(), flaky=flaky), [])

    assert text.splitlines()[0] == "flaky, trials do not agree: 12 cases"
    assert text.splitlines()[-1] == "  and 2 more"
    assert max(map(len, text.splitlines())) < 100


def test_it_is_told_as_json() -> None:
    said = as_json("p", FALL, [judge(parse_condition("errors > 0"), FALL)])

    assert (said["eval_name"], said["base"], said["changes"]["exact"]["mean"]) == ("p", "base", -0.5)
    assert said["conditions"] == [{"condition": "errors > 0", "failed": False, "why": "it is 0"}]
