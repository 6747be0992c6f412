"""What `Eval` and `Reporter` do while files are loaded."""

import asyncio

import pytest

import otel_bridge
from otel_bridge.api.evaluation.registry import declaring


def declared() -> object:
    return otel_bridge.Eval("p", data=[1], task=lambda _: 1 / 0, scores=[])


def test_eval_runs_nothing_and_can_be_awaited() -> None:
    async def awaited() -> None:
        await declared()  # type: ignore[misc]  # what is returned here can be awaited

    with declaring() as registry:
        asyncio.run(awaited())
        asyncio.run(otel_bridge.EvalAsync("q", data=[], task=lambda _: 1, scores=[]))

    assert [evaluation.name for evaluation in registry.evaluations] == ["p", "q"]


def test_two_reporters_of_one_name_are_refused() -> None:
    with declaring():
        otel_bridge.Reporter("r", lambda: 1, lambda: True)
        with pytest.raises(ValueError, match="Reporter r already exists"):
            otel_bridge.Reporter("r", lambda: 1, lambda: True)


def test_a_reporter_that_was_not_declared_is_refused_by_name() -> None:
    with (
        declaring(),
        pytest.raises(ValueError, match=r"no reporter r: declared before this Eval\(\) are none"),
    ):
        otel_bridge.Eval("p", data=[], task=lambda _: 1, scores=[], reporter="r")


def test_afterwards_reporters_by_name_are_refused_as_before() -> None:
    with declaring():
        pass

    with pytest.raises(ValueError, match="Must specify a reporter object, not a name"):
        otel_bridge.Eval("p", data=[], task=lambda _: 1, scores=[], reporter="r")
