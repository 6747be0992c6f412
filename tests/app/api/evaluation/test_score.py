"""Scores and classifications, beside those of the installed `braintrust` package."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import braintrust
import pytest

from otel_bridge import Classification, Score
from otel_bridge.api.evaluation.score import is_score


def theirs(name: str, *arguments: Any) -> Any:
    return getattr(braintrust, name)(*arguments)


def test_a_score_says_what_that_of_braintrust_says() -> None:
    assert Score("a", 0.5, {"k": 1}).as_dict() == theirs("Score", "a", 0.5, {"k": 1}).as_dict()
    assert Score("a").as_dict() == theirs("Score", "a").as_dict()


@pytest.mark.parametrize("score", [1.5, -0.1, float("nan"), float("inf")])
def test_a_score_is_between_0_and_1(score: float) -> None:
    with pytest.raises(ValueError, match="must be between 0 and 1"):
        Score("a", score)


def test_scores_of_other_libraries_are_scores() -> None:
    assert is_score(braintrust.Score("a", 1))
    assert not is_score({"name": "a", "score": 1})


def test_a_classification_says_what_that_of_braintrust_says() -> None:
    given = ("a", "n", "L", {"k": 1})

    assert Classification(*given).as_dict() == theirs("Classification", *given).as_dict()
    assert Classification(*given).as_item() == theirs("Classification", *given).as_item()
    assert Classification("a").as_item() == {"id": "a"}


@pytest.mark.parametrize("given", [("",), ("a", ""), ("a", None, 1)])
def test_a_classification_that_is_none_is_refused(given: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError, match="must be a"):
        Classification(*given)


@pytest.mark.parametrize("score", [0, 1.0, True, Decimal("0.5"), Fraction(1, 3), None])
def test_numbers_of_any_kind_are_scores(score: Any) -> None:
    assert Score("s", score).score == score
