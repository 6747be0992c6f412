"""Scorers in a process of their own, with limits."""

import asyncio
import json
from collections.abc import Mapping

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.config.online_scoring import OnlineScoring
from otel_bridge_collector.errors import ProviderError
from otel_bridge_collector.scoring.executor import Executor, Models, Verdict, encode_arguments
from otel_bridge_collector.scoring.rule import JUDGES, Options

LIMITS = OnlineScoring()
JUDGED = OnlineScoring(model="gpt-judge")
CASE: Mapping[str, Json] = {"input": "q", "output": "<a> & b", "expected": {"a": 1}}


class FakeModels:
    """Answers judges, or fails to.

    Attributes:
        fault: what asking raises.
    """

    def __init__(self, choice: str = "C", fault: Exception | None = None) -> None:
        self.asked: list[Mapping[str, Json]] = []
        self.choice, self.fault = choice, fault

    async def complete(self, request: Mapping[str, Json]) -> Mapping[str, Json]:
        self.asked.append(request)
        if self.fault:
            raise self.fault
        arguments = json.dumps({"choice": self.choice, "reasons": "it is so"})
        call: Json = {
            "id": "c",
            "type": "function",
            "function": {"name": "select_choice", "arguments": arguments},
        }
        return {"choices": [{"message": {"role": "assistant", "tool_calls": [call]}}]}

    async def embed(self, request: Mapping[str, Json]) -> Mapping[str, Json]:
        self.asked.append(request)
        vector: Json = [1.0, 0.0] if request["input"] == "<a> & b" else [0.8, 0.6]
        return {"data": [{"index": 0, "embedding": vector}]}


def scored(
    *calls: tuple[str, Mapping[str, Json]],
    limits: OnlineScoring = LIMITS,
    models: Models | None = None,
    options: Options | None = None,
) -> list[Verdict]:
    async def run() -> list[Verdict]:
        executor = Executor(models)
        try:
            return [
                await executor.score(name, encode_arguments(arguments), limits, options or Options())
                for name, arguments in calls
            ]
        finally:
            await executor.close()

    return asyncio.run(run())


def test_scorers_of_autoevals_score() -> None:
    found = scored(
        ("Levenshtein", {"output": "kitten", "expected": "sitting"}),
        ("ExactMatch", {"input": 1, "output": {"a": 1}, "expected": '{"a": 1}'}),
        ("NumericDiff", {"output": 8, "expected": 10}),
    )

    assert [round(each.score or 0, 3) for each in found] == [0.571, 1, 0.889]
    assert [each.error for each in found] == ["", "", ""]


def test_a_scorer_that_fails_says_why_and_the_next_one_runs() -> None:
    failed, good = scored(
        ("Levenshtein", {"output": "a", "expected": None}), ("ExactMatch", {"output": 1, "expected": 1})
    )

    assert "requires an expected value" in failed.error
    assert (failed.score, good.score) == (None, 1)


def test_one_that_takes_too_long_is_ended_and_the_next_one_runs() -> None:
    for_minutes = {"output": "ab" * 1_000_000, "expected": "ba" * 1_000_000}

    slow, quick = scored(
        ("Levenshtein", for_minutes),
        ("ExactMatch", {"output": 1, "expected": 1}),
        limits=OnlineScoring.model_validate({"timeout": "8s"}),
    )

    assert slow.error == "took longer than 8 s"
    assert quick.score == 1


def test_one_that_needs_too_much_memory_fails_alone() -> None:
    limits = OnlineScoring.model_validate({"memory_limit": "128MiB"})

    large, small = scored(
        ("ExactMatch", {"output": ["x" * 1_000] * 60_000, "expected": 1}),
        ("ExactMatch", {"output": 1, "expected": 1}),
        limits=limits,
    )

    assert large.error
    assert small.score == 1


@pytest.mark.parametrize("judge", JUDGES)
def test_a_judge_asks_the_configured_model_through_the_sidecar(judge: str) -> None:
    models = FakeModels("A")
    if judge in ("Humor", "Security", "Battle"):
        models.choice = "Yes"
    elif judge in ("ClosedQA", "Translation"):
        models.choice = "Y"
    elif judge == "Sql":
        models.choice = "Correct"

    (verdict,) = scored((judge, CASE), limits=JUDGED, models=models)

    assert verdict.error == ""
    assert verdict.score is not None
    assert verdict.metadata["choice"] == models.choice
    (asked,) = models.asked
    assert asked["model"] == "gpt-judge"
    assert "<a> & b" in str(asked["messages"])


def test_a_rule_says_which_model_a_judge_asks_and_what_it_is_told() -> None:
    models = FakeModels("Y")
    options = Options(model="gpt-other", arguments={"criteria": "it names a price"})

    (verdict,) = scored(("ClosedQA", CASE), models=models, options=options)

    assert (verdict.error, verdict.score) == ("", 1)
    (asked,) = models.asked
    assert asked["model"] == "gpt-other"
    assert "it names a price" in str(asked["messages"])


def test_texts_are_compared_by_their_embeddings() -> None:
    models = FakeModels()

    (verdict,) = scored(
        ("EmbeddingSimilarity", {"output": "<a> & b", "expected": "c"}),
        models=models,
        options=Options(model="text-embedding-3-small"),
    )

    assert verdict.error == ""
    assert verdict.score == pytest.approx((0.8 - 0.7) / 0.3)
    assert [asked["model"] for asked in models.asked] == ["text-embedding-3-small"] * 2


def test_a_judge_whose_model_is_away_says_so_and_the_next_scorer_runs() -> None:
    models = FakeModels(fault=ProviderError("the provider p is away"))

    judged, other = scored(
        ("Factuality", CASE), ("ExactMatch", {"output": 1, "expected": 1}), limits=JUDGED, models=models
    )

    assert "the provider p is away" in judged.error
    assert (judged.score, other.score, len(models.asked)) == (None, 1, 1)


def test_a_judge_whose_model_chooses_what_there_is_not_says_what_was_expected() -> None:
    (verdict,) = scored(("Factuality", CASE), limits=JUDGED, models=FakeModels("Z"))

    assert verdict.error == (
        "the model of the judge Factuality chose 'Z': expected a call of select_choice with one of A, B, C, D, E"
    )


def test_a_judge_without_a_model_says_what_to_configure() -> None:
    models = FakeModels()

    (verdict,) = scored(("Factuality", CASE), models=models)

    assert "set extensions.online_scoring.model" in verdict.error
    assert models.asked == []


def test_a_judge_has_a_time_of_its_own() -> None:
    class SlowModels(FakeModels):
        async def complete(self, request: Mapping[str, Json]) -> Mapping[str, Json]:
            await asyncio.Event().wait()
            return request

    limits = OnlineScoring.model_validate({"model": "m", "timeout": "60s", "model_timeout": "3s"})

    judged, other = scored(
        ("Factuality", CASE),
        ("ExactMatch", {"output": 1, "expected": 1}),
        limits=limits,
        models=SlowModels(),
    )

    assert (judged.error, other.score) == ("took longer than 3 s", 1)
