"""Scorers of `autoevals`, unmodified; what they give without a model is in spec/evaluate.md section 8."""

import asyncio
import importlib
from typing import Any

import openai
import pytest

from otel_bridge import Eval, EvalAsync, EvalResultWithSummary
from tests.support.openai_server import TALKS, openai_server

autoevals: Any = importlib.import_module("autoevals")  # exports nothing to type checkers


@pytest.mark.parametrize(
    ("scorer", "output", "expected", "score"),
    [
        pytest.param(autoevals.ExactMatch, {"a": 1}, '{"a": 1}', 1, id="ExactMatch"),
        pytest.param(autoevals.ExactMatch(), 1, "2", 0, id="ExactMatch-object"),
        pytest.param(autoevals.Levenshtein, "kitten", "sitting", 0.5714, id="Levenshtein"),
        pytest.param(autoevals.NumericDiff, 8, 10, 0.8889, id="NumericDiff"),
        pytest.param(autoevals.JSONDiff(), {"a": 8}, {"a": 10}, 0.8889, id="JSONDiff"),
    ],
)
def test_heuristic_scorers_run(scorer: Any, output: Any, expected: Any, score: float) -> None:
    (result,) = Eval(
        "p", [{"input": 1, "expected": expected}], lambda _: output, [scorer], no_send_logs=True
    ).results

    assert result.metadata == {}
    assert list(result.scores.values()) == [pytest.approx(score, abs=1e-4)]


def test_a_scorer_that_lacks_its_model_costs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    (result,) = Eval(
        "p",
        [{"input": 1, "expected": "a"}],
        lambda _: "a",
        [autoevals.Factuality(), autoevals.ExactMatch()],
        no_send_logs=True,
    ).results

    assert result.scores == {"ExactMatch": 1}
    assert set(result.metadata["scorer_errors"]) == {"Factuality"}


def test_a_model_that_does_not_choose_is_told_with_judge_and_case(capsys: pytest.CaptureFixture[str]) -> None:
    async def run(url: str) -> EvalResultWithSummary[Any, Any, Any]:
        async with openai.AsyncOpenAI(base_url=url, api_key="x") as client:
            judge = autoevals.Factuality(model=TALKS, client=client)
            cases = [{"input": "why?", "expected": "a"}]
            return await EvalAsync("p", cases, lambda _: "a", [judge], no_send_logs=True)

    with openai_server() as url:
        (result,) = asyncio.run(run(url)).results

    expected = "the model of the judge Factuality did not choose: expected a call of select_choice with one of A, B, C"
    assert expected in result.metadata["scorer_errors"]["Factuality"]
    told = capsys.readouterr().err
    assert expected in told
    assert '(first in the case "why?")' in told
