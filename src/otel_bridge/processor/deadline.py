"""Run a call that may block for long, and wait for it no longer than a deadline.

OpenTelemetry's batch processors export in the thread that flushes or shuts down, for as long as that takes.
The thread is started ahead of need, because Python 3.12 starts none while the interpreter exits.
"""

import logging
import os
import queue
import threading
import weakref
from collections.abc import Callable

logger = logging.getLogger(__name__)

Call = Callable[[], object]


class DeadlineThread:
    """A daemon thread that runs calls one after the other."""

    def __init__(self) -> None:
        self._start()
        if hasattr(os, "register_at_fork"):
            started_again = weakref.WeakMethod(self._start)
            os.register_at_fork(after_in_child=lambda: (start := started_again()) and start())

    def run(self, call: Call, timeout_ms: int) -> bool:
        """Run `call` and tell whether it returned within `timeout_ms`; what it raises is lost.

        A call that comes too late goes on in the thread, and the next one waits for it, within its own
        deadline.
        """
        done = threading.Event()
        self._calls.put((call, done))
        return done.wait(timeout_ms / 1000)

    def stop(self) -> None:
        """Let the thread end when it has run what was asked of it."""
        self._calls.put(None)

    def _start(self) -> None:
        self._calls: queue.SimpleQueue[tuple[Call, threading.Event] | None] = queue.SimpleQueue()
        threading.Thread(target=_work, args=(self._calls,), name="otel-bridge-deadline", daemon=True).start()


def _work(calls: "queue.SimpleQueue[tuple[Call, threading.Event] | None]") -> None:
    while (asked := calls.get()) is not None:
        call, done = asked
        try:
            call()
        except Exception as error:  # noqa: BLE001 - the next call needs the thread
            logger.warning("a call in the background raised %s", type(error).__name__)
        finally:
            done.set()
