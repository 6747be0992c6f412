"""Decorated generators (spec/app-api.md section 13, by number)."""

import asyncio
import contextlib
import gc
import inspect
import logging
from collections.abc import AsyncGenerator, Generator

import pytest
from opentelemetry import context as otel_context

import otel_bridge
from otel_bridge import NOOP_SPAN, current_span, start_span, traced
from tests.support.app import App


@traced
def numbers(count: int) -> Generator[int, str | None, str]:
    for number in range(count):
        with start_span(f"step {number}"):
            pass
        yield number
    return "ret"


@traced
async def letters(text: str) -> AsyncGenerator[str, str | None]:
    for letter in text:
        await asyncio.sleep(0)
        with start_span(f"step {letter}"):
            pass
        yield letter


def test_values_are_the_output_and_the_return_value_passes(app: App) -> None:  # V45
    def consume() -> Generator[int, None, str]:
        return (yield from numbers(3))

    generator = consume()
    values = list(iter(lambda: next(generator), 2))
    with pytest.raises(StopIteration) as stop:
        next(generator)

    assert values == [0, 1]
    assert stop.value.value == "ret"
    assert app.row("numbers") == {"type": "function", "input": {"count": 3}, "output": [0, 1, 2]}


def test_a_generator_function_stays_one() -> None:
    assert inspect.isgeneratorfunction(numbers)
    assert inspect.isasyncgenfunction(letters)


def test_the_spans_of_the_generator_are_its_children_and_those_of_the_consumer_are_not(app: App) -> None:
    with start_span("outer") as outer:
        for number in numbers(2):
            assert current_span() is outer
            with start_span(f"consume {number}"):
                pass

    otel_bridge.flush()
    generator_id = {span.name: span.span_id.hex() for span in app.receiver.raw_spans}["numbers"]
    assert app.parent_of("numbers") == outer.span_id
    assert app.parent_of("step 0") == app.parent_of("step 1") == generator_id
    assert app.parent_of("consume 0") == app.parent_of("consume 1") == outer.span_id


def test_what_the_generator_left_open_is_current_in_its_next_step_only(app: App) -> None:
    @traced
    def steps() -> Generator[str, None, None]:
        with start_span("held") as held:
            yield held.span_id
            yield current_span().span_id

    generator = steps()
    held_id = next(generator)

    assert current_span() is NOOP_SPAN
    assert next(generator) == held_id
    generator.close()
    assert app.row("held") == {}


def test_a_generator_that_never_starts_is_no_span(app: App) -> None:
    numbers(3)

    otel_bridge.flush()
    assert app.receiver.spans == {}


def test_sent_values_and_thrown_errors_reach_the_generator(app: App) -> None:
    @traced
    def echo() -> Generator[object, object, None]:
        got = yield "first"
        try:
            yield got
        except KeyError:
            yield "caught"

    generator = echo()

    assert next(generator) == "first"
    assert generator.send("sent") == "sent"
    assert generator.throw(KeyError()) == "caught"
    assert list(generator) == []
    assert app.row("echo")["output"] == ["first", "sent", "caught"]


def test_a_closed_generator_is_no_error(app: App) -> None:  # V46
    generator = numbers(3)
    next(generator)
    generator.close()

    row = app.row("numbers")
    assert (row["output"], row["metadata"]) == ([0], {"braintrust.generator_closed": True})
    assert app.receiver.raw_spans[-1].status.code == 0


def test_a_generator_that_raises_logs_its_values_too(app: App) -> None:  # V48
    @traced
    def failing() -> Generator[int, None, None]:
        yield 1
        raise LookupError("x")

    with pytest.raises(LookupError):
        list(failing())

    assert app.row("failing")["output"] == [1]
    assert app.attributes("failing")["error.type"] == "LookupError"


def test_a_generator_that_raises_while_it_is_closed_is_an_error(app: App) -> None:
    @traced
    def failing() -> Generator[int, None, None]:
        try:
            yield 1
        finally:
            raise LookupError("x")

    generator = failing()
    next(generator)
    with pytest.raises(LookupError):
        generator.close()

    assert app.attributes("failing")["error.type"] == "LookupError"


def test_more_values_than_the_limit_are_no_output_and_one_warning(
    app: App, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:  # V49
    monkeypatch.setenv("BRAINTRUST_MAX_GENERATOR_ITEMS", "2")
    app = App(app.receiver)

    with caplog.at_level(logging.WARNING):
        assert list(numbers(5)) == [0, 1, 2, 3, 4]

    assert "output" not in app.row("numbers")
    assert len(caplog.records) == 1


@pytest.mark.parametrize(("limit", "output"), [("-1", [0, 1]), ("0", None)], ids=["all", "none"])
def test_the_limit_can_be_switched_off(
    app: App, monkeypatch: pytest.MonkeyPatch, limit: str, output: list[int] | None
) -> None:
    monkeypatch.setenv("BRAINTRUST_MAX_GENERATOR_ITEMS", limit)
    app = App(app.receiver)

    list(numbers(2))

    assert app.row("numbers").get("output") == output


def test_wrong_arguments_raise_at_the_first_value(app: App) -> None:
    with pytest.raises(TypeError, match="numbers"):
        next(numbers())  # type: ignore[call-arg]  # wrong on purpose

    assert app.attributes("numbers")["error.type"] == "TypeError"


def test_an_async_generator_passes_through(app: App) -> None:
    async def main() -> list[str]:
        with start_span("outer") as outer:
            seen = []
            async for letter in letters("ab"):
                assert current_span() is outer
                seen.append(letter)
            return seen

    assert asyncio.run(main()) == ["a", "b"]
    assert app.row("letters") == {"type": "function", "input": {"text": "ab"}, "output": ["a", "b"]}
    assert app.parent_of("step a") != app.parent_of("letters")


def test_sent_values_and_thrown_errors_reach_the_async_generator(app: App) -> None:
    @traced
    async def echo() -> AsyncGenerator[object, object]:
        got = yield "first"
        try:
            yield got
        except KeyError:
            yield "caught"

    async def main() -> list[object]:
        generator = echo()
        return [await anext(generator), await generator.asend("sent"), await generator.athrow(KeyError())]

    assert asyncio.run(main()) == ["first", "sent", "caught"]
    assert app.row("echo")["output"] == ["first", "sent", "caught"]


def test_leaving_an_async_generator_half_way_leaves_nothing_current(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:  # V47
    async def main() -> None:
        async for _ in letters("abc"):
            break
        gc.collect()
        assert current_span() is NOOP_SPAN
        for _turn in range(10):  # the loop closes what nobody holds any more
            await asyncio.sleep(0)

    with caplog.at_level(logging.DEBUG):
        asyncio.run(main())

    row = app.row("letters")
    assert (row["output"], row["metadata"]) == (["a"], {"braintrust.generator_closed": True})
    assert "detach" not in caplog.text


def test_an_async_generator_that_another_task_closes_ends_quietly(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        generator = letters("abc")
        await anext(generator)
        await asyncio.create_task(_close(generator))

    with caplog.at_level(logging.DEBUG):
        asyncio.run(main())

    assert app.row("letters")["output"] == ["a"]
    assert "detach" not in caplog.text


def test_an_async_generator_that_raises_is_an_error(app: App) -> None:
    @traced
    async def failing() -> AsyncGenerator[int, None]:
        yield 1
        raise LookupError("x")

    async def main() -> None:
        with contextlib.suppress(LookupError):
            async for _ in failing():
                pass

    asyncio.run(main())

    assert app.row("failing")["output"] == [1]
    assert app.attributes("failing")["error.type"] == "LookupError"


def test_an_interleaved_generator_is_no_child_of_the_other(app: App) -> None:
    first, second = numbers(1), letters_sync()
    next(first)
    next(second)
    list(first)
    list(second)

    assert app.parent_of("letters_sync") == ""


def test_without_a_logger_the_generator_just_runs() -> None:
    assert list(numbers(2)) == [0, 1]
    assert otel_context.get_current() == {}


@traced
def letters_sync() -> Generator[str, None, None]:
    yield "a"


async def _close(generator: AsyncGenerator[str, str | None]) -> None:
    await generator.aclose()
