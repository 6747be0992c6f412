"""Recorded answers in the place of calls of traced functions, of every kind of function."""

import asyncio
import inspect
from collections.abc import AsyncGenerator, Generator
from typing import Any

import pytest

from otel_bridge import traced
from otel_bridge.api.recorded import Answer, Call, recorded_now, standing_in
from tests.support.app import App


class Fixed:
    """Answers every call alike, and remembers them; None lets them be made."""

    def __init__(self, answer: Answer | None) -> None:
        self._answer = answer
        self.calls: list[Call] = []

    def answer(self, call: Call) -> Answer | None:
        self.calls.append(call)
        return self._answer


@traced(type="tool")
def function(a: int, b: int = 2) -> int:
    raise AssertionError(f"called with {a} and {b}")


@traced("other name", type="llm")
async def coroutine(a: int) -> int:
    raise AssertionError(f"called with {a}")


@traced(span_attributes={"type": "tool"})
def generator(a: int) -> Generator[int]:
    raise AssertionError(f"called with {a}")
    yield 1


@traced(type="llm")
async def async_generator(a: int) -> AsyncGenerator[int]:
    raise AssertionError(f"called with {a}")
    yield 1


def test_a_function_is_not_called_and_its_span_is_as_ever(app: App) -> None:
    fixed = Fixed(Answer(output=7))
    with standing_in(fixed):
        assert function(1) == 7

    assert fixed.calls == [Call(kind="tool", name="function", arguments={"a": 1})]
    assert app.row("function") == {"type": "tool", "input": {"a": 1}, "output": 7}


def test_a_coroutine_is_awaited_as_ever() -> None:
    fixed = Fixed(Answer(output=7))

    async def run() -> int:
        return await coroutine(1)

    with standing_in(fixed):
        assert asyncio.run(run()) == 7
    assert fixed.calls == [Call(kind="llm", name="other name", arguments={"a": 1})]


def test_a_generator_gives_the_recorded_values() -> None:
    with standing_in(Fixed(Answer(output=[1, 2]))):
        assert list(generator(1)) == [1, 2]


def test_an_async_generator_gives_the_recorded_values() -> None:
    async def run() -> list[int]:
        return [value async for value in async_generator(1)]

    with standing_in(Fixed(Answer(output=[1, 2]))):
        assert asyncio.run(run()) == [1, 2]


def test_what_may_be_called_is_called() -> None:
    with standing_in(Fixed(None)), pytest.raises(AssertionError, match="called with 1 and 2"):
        function(1)


def test_functions_of_other_types_run() -> None:
    fixed = Fixed(Answer(output=7))

    @traced
    def own(a: int) -> int:
        return a

    with standing_in(fixed):
        assert own(1) == 1
    assert fixed.calls == []


def test_wrong_arguments_raise_the_error_of_the_function() -> None:
    wrong: Any = function
    with standing_in(Fixed(None)), pytest.raises(TypeError):
        wrong(1, 2, 3)


def test_a_function_keeps_its_name_and_signature() -> None:
    assert (function.__name__, str(inspect.signature(function))) == (
        "function",
        "(a: int, b: int = 2) -> int",
    )


def test_outside_nothing_stands_in() -> None:
    with standing_in(Fixed(Answer(output=7))):
        pass

    assert recorded_now() is None
    with pytest.raises(AssertionError):
        function(1)
