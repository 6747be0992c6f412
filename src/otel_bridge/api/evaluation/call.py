"""Call a user's function, whatever it is: a coroutine on the loop, anything else in a thread, in the caller's context.

An awaitable that a plain function returns is awaited; the values of a generator become a list, as `traced` has them.
"""

import asyncio
import contextvars
import inspect
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

from otel_bridge.state import process


class Caller:
    """Calls the functions of one evaluation."""

    def __init__(self) -> None:
        self._threads: ThreadPoolExecutor | None = None

    async def call(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Return what the function gives; raises what it raises."""
        if _is_coroutine_function(function):
            return await _settled(await function(*args, **kwargs))
        loop = asyncio.get_running_loop()
        context = contextvars.copy_context()
        result = await loop.run_in_executor(
            self._pool(), lambda: context.run(_in_thread, function, args, kwargs)
        )
        return await _settled(result)

    async def close(self) -> None:
        """Wait for the threads that still run; calls that have not begun are dropped."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
            await asyncio.to_thread(self._threads.shutdown)

    def _pool(self) -> ThreadPoolExecutor:
        if self._threads is None:
            workers = process.eval_workers or os.cpu_count() or 1
            self._threads = ThreadPoolExecutor(workers, thread_name_prefix="otel-bridge-eval")
        return self._threads


def set_thread_pool_max_workers(max_workers: int | None) -> None:
    """Let evaluations run that many plain functions at a time, by default as many as there are processors."""
    process.eval_workers = max_workers


def _is_coroutine_function(function: Callable[..., Any]) -> bool:
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        getattr(function, "__call__", None)  # noqa: B004 - asked is what it is, not whether it is there
    )


def _in_thread(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    try:
        result = function(*args, **kwargs)
        return list(cast("Any", result)) if inspect.isgenerator(result) else result
    except StopIteration as error:  # no future can carry it
        raise RuntimeError("the function raised StopIteration") from error


async def _settled(result: Any) -> Any:
    if inspect.isawaitable(result):
        result = await result
    if inspect.isasyncgen(result):
        return [value async for value in result]
    return result
