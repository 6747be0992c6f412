"""Scorers in a process of their own, with limits."""

import asyncio
from collections.abc import Mapping

from otel_bridge.contract.row import Json
from otel_bridge_collector.config.online_scoring import OnlineScoring
from otel_bridge_collector.scoring.executor import Executor, Verdict, encode_arguments

LIMITS = OnlineScoring()


def scored(*calls: tuple[str, Mapping[str, Json]], limits: OnlineScoring = LIMITS) -> list[Verdict]:
    async def run() -> list[Verdict]:
        executor = Executor()
        try:
            return [
                await executor.score(name, encode_arguments(arguments), limits) for name, arguments in calls
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
        limits=OnlineScoring.model_validate({"timeout": "2s"}),
    )

    assert slow.error == "took longer than 2 s"
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
