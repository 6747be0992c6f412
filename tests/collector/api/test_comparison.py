"""Experiments in numbers. The examples and their results stand in spec/evaluate.md section 2.2."""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.comparison import summarize, trials_of

Rows = Sequence[Mapping[str, Json]]
_numbers = count()


def case(value: Json, scores: Json = None, prompt_tokens: int | None = None) -> Rows:
    trace = f"t{next(_numbers)}"
    root: dict[str, Json] = {
        "root_span_id": trace,
        "is_root": True,
        "created": "2026-01-01",
        "input": value,
        "scores": scores,
        "metrics": {"start": 1.0, "end": 3.0},
    }
    if prompt_tokens is None:
        return [root]
    call: dict[str, Json] = {
        "root_span_id": trace,
        "created": "2026-01-02",
        "span_attributes": {"type": "llm"},
        "metrics": {"prompt_tokens": prompt_tokens, "start": 1.0, "end": 2.0},
    }
    return [root, call]


def summed(*cases: Rows, base: Sequence[Rows] | None = None) -> dict[str, dict[str, Any]]:
    trials = trials_of([row for each in cases for row in each])
    return summarize(trials, None if base is None else trials_of([row for each in base for row in each]))


BASE = (case("x", {"acc": 0.5}, 10), case("y", {"acc": 1}, 20), case("z", {"acc": 0}, 30))
HERE = (
    case("x", {"acc": 1}, 5),
    case("x", {"acc": 0}, 7),
    case("y", {"acc": 0.5}, 20),
    case("w", {"acc": 1}, 1),
)


def test_a_scores_difference_is_over_the_cases_that_both_have() -> None:
    assert summed(*HERE, base=BASE)["scores"]["acc"] == {
        "name": "acc",
        "score": 0.625,
        "improvements": 0,
        "regressions": 1,
        "diff": -0.25,
    }


def test_a_metrics_difference_is_that_of_the_means_and_lower_is_better() -> None:
    assert summed(*HERE, base=BASE)["metrics"]["prompt_tokens"] == {
        "name": "prompt_tokens",
        "metric": 8.25,
        "unit": "tok",
        "improvements": 1,
        "regressions": 0,
        "diff": -11.75,
    }


def test_a_score_that_the_base_lacks_has_no_difference() -> None:
    scores = summed(case("a", {"a": 1, "b": 0.3}), base=[case("a", {"a": 1})])["scores"]

    assert scores["a"]["diff"] == 0
    assert "diff" not in scores["b"]


def test_scores_without_a_matched_case_differ_by_nothing() -> None:
    assert summed(case("a", {"s": 0.5}), base=[case("b", {"s": 1})])["scores"]["s"]["diff"] == 0


def test_without_a_base_nothing_improved() -> None:
    score = summed(case("a", {"s": 1}))["scores"]["s"]

    assert score == {"name": "s", "score": 1, "improvements": 0, "regressions": 0}


def test_null_scores_do_not_appear() -> None:
    assert summed(case("a", {"s": None})) == {
        "scores": {},
        "metrics": {
            "duration": {
                "name": "duration",
                "metric": 2,
                "unit": "s",
                "improvements": 0,
                "regressions": 0,
            }
        },
    }


@pytest.mark.parametrize(
    ("one", "other", "is_matched"),
    [(1, 1.0, True), (1, True, False), ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True)],
)
def test_cases_are_matched_by_equal_json(one: Json, other: Json, *, is_matched: bool) -> None:
    score = summed(case(one, {"s": 1}), base=[case(other, {"s": 0})])["scores"]["s"]

    assert (score["improvements"] == 1) is is_matched


def test_a_trace_without_a_root_is_left_out() -> None:
    assert trials_of([{"root_span_id": "t", "is_root": False, "scores": {"s": 1}}]) == []


def test_calls_of_scorers_do_not_count() -> None:
    root, call = case("a", None, 10)
    judged = {**call, "span_attributes": {"type": "llm", "purpose": "scorer"}}

    assert list(summarize(trials_of([root, judged]), None)["metrics"]) == ["duration"]
