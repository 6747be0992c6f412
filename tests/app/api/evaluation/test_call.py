"""Calls of functions of all kinds."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextvars import ContextVar
from typing import Any

import pytest

from otel_bridge import set_thread_pool_max_workers
from otel_bridge.api.evaluation.call import Caller

HERE: ContextVar[str] = ContextVar("here", default="nowhere")


def called(function: Any, *args: Any) -> Any:
    async def run() -> Any:
        HERE.set("there")
        caller = Caller()
        try:
            return await caller.call(function, *args)
        finally:
            await caller.close()

    return asyncio.run(run())


async def coroutine(x: int) -> int:
    return x


def generator() -> Iterator[int]:
    yield from (1, 2)


async def async_generator() -> AsyncIterator[int]:
    yield 1


class Object:
    async def __call__(self, x: int) -> int:
        return x


@pytest.mark.parametrize(
    ("function", "args", "result"),
    [
        pytest.param(coroutine, (1,), 1, id="coroutine"),
        pytest.param(lambda x: coroutine(x), (1,), 1, id="returns-a-coroutine"),  # noqa: PLW0108
        pytest.param(Object(), (1,), 1, id="object"),
        pytest.param(generator, (), [1, 2], id="generator"),
        pytest.param(async_generator, (), [1], id="async-generator"),
        pytest.param(HERE.get, (), "there", id="context"),
    ],
)
def test_functions_of_all_kinds(function: Any, args: tuple[Any, ...], result: Any) -> None:
    assert called(function, *args) == result


def test_plain_functions_run_in_threads_and_coroutines_on_the_loop() -> None:
    async def on_the_loop() -> threading.Thread:
        return threading.current_thread()

    assert called(threading.current_thread) is not threading.main_thread()
    assert called(on_the_loop) is threading.main_thread()


def test_a_stop_iteration_does_not_hang() -> None:
    with pytest.raises(RuntimeError, match="StopIteration"):
        called(next, iter([]))


def test_the_number_of_threads_can_be_chosen() -> None:
    set_thread_pool_max_workers(1)

    async def run() -> set[int]:
        caller = Caller()
        idents = await asyncio.gather(*(caller.call(threading.get_ident) for _ in range(5)))
        await caller.close()
        return set(idents)

    assert len(asyncio.run(run())) == 1
