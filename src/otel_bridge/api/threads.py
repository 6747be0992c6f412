"""Threads that go on in the span of whoever gives them work. Nothing is patched unless `setup_threads` is called.

Source: `braintrust` 0.47.0 SDK, `logger.TracedThreadPoolExecutor` and `wrappers/threads.py` (spec/app-api.md
section 10), whose executor runs a failing function twice; ours does not.
"""

import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar

from otel_bridge.state import process

P = ParamSpec("P")
R = TypeVar("R")


class TracedThreadPoolExecutor(ThreadPoolExecutor):
    """A thread pool whose functions run in the context of the call that submitted them."""

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Submit `fn`; the spans that it starts are children of the current span."""
        return super().submit(partial(contextvars.copy_context().run, fn, *args, **kwargs))


def setup_threads() -> bool:
    """Let all threads and thread pools go on in the context of whoever starts them or submits to them.

    It changes `threading.Thread.start` and `ThreadPoolExecutor.submit` for the whole process, once, and so hands on all
    context variables, also those of others. `BRAINTRUST_INSTRUMENT_THREADS=true` calls it at the first `init_logger`.

    Returns:
        True: it is set up.
    """
    with process.configuring:
        if not process.threads_set_up:
            process.threads_set_up = True
            _patch_threads()
            _patch_pools()
    return True


def _patch_threads() -> None:
    start = threading.Thread.start

    def start_in_context(thread: threading.Thread) -> None:
        thread.run = partial(contextvars.copy_context().run, thread.run)  # type: ignore[method-assign]  # of this one
        start(thread)

    threading.Thread.start = start_in_context  # type: ignore[assignment,method-assign]  # what is asked for


def _patch_pools() -> None:
    submit = ThreadPoolExecutor.submit

    def submit_in_context(pool: ThreadPoolExecutor, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        return submit(pool, contextvars.copy_context().run, fn, *args, **kwargs)

    ThreadPoolExecutor.submit = submit_in_context  # type: ignore[assignment,method-assign]  # what is asked for
