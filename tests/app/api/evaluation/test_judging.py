"""Scorers of one case, beside each other; their rows are in test_evaluate_vectors (1 to 12)."""

import asyncio
from typing import Any

import pytest

import otel_bridge
from otel_bridge.api.evaluation.call import Caller
from otel_bridge.api.evaluation.judging import Judge, Judged
from otel_bridge.api.evaluation.scorer import scorers_of
from otel_bridge.api.noop import NOOP_SPAN

OFFERED = {"input": 1, "expected": 2, "metadata": {"m": 1}, "output": 3}


def judged(*scorers: Any) -> Judged:
    async def run() -> Judged:
        caller = Caller()
        try:
            return (await Judge(caller, scorers_of(scorers), []).judge(NOOP_SPAN, OFFERED))[0]
        finally:
            await caller.close()

    return asyncio.run(run())


def test_scorers_run_at_the_same_time() -> None:
    met = asyncio.Barrier(2)

    async def one() -> float:
        await met.wait()
        return 1

    async def two() -> float:
        await met.wait()
        return 0

    found = judged(one, two)

    assert [score.score for group in found.given for score in group] == [1, 0]


def test_a_scorer_cannot_change_what_the_others_see() -> None:
    seen: list[Any] = []

    async def changes(metadata: dict[str, Any]) -> None:
        metadata["m"] = 2

    async def looks(metadata: dict[str, Any]) -> None:
        seen.append(metadata)

    judged(changes, looks)

    assert seen == [{"m": 1}]


def test_when_one_is_cancelled_the_others_are_stopped() -> None:
    stopped: list[bool] = []

    async def cancelled() -> None:
        await asyncio.sleep(0)
        raise asyncio.CancelledError

    async def slow() -> None:
        try:
            await asyncio.sleep(20)
        finally:
            stopped.append(True)

    with pytest.raises(asyncio.CancelledError):
        judged(cancelled, slow)
    assert stopped == [True]


@pytest.mark.usefixtures("sidecar")
def test_what_an_instrumentation_traces_in_a_scorer_is_not_counted_as_the_tasks(project: str) -> None:
    tracer = otel_bridge.tracer_provider().get_tracer("an instrumentation")

    def model(tokens: int) -> None:
        with tracer.start_as_current_span("chat m") as span:
            span.set_attributes({"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": tokens})

    def judge() -> int:
        model(1_000)
        return 1

    outcome = otel_bridge.Eval(project, [{"input": 7}], model, [judge])

    purposes = [
        row["span_attributes"].get("purpose")
        for row in otel_bridge.init(project, outcome.summary.experiment_name, open=True)
        if row["span_attributes"]["type"] == "llm"
    ]
    assert sorted(map(str, purposes)) == ["None", "scorer"]
    assert outcome.summary.metrics["prompt_tokens"].metric == 7
