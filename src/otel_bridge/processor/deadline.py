"""Run calls that may block for long, and wait for them no longer than a deadline.

OpenTelemetry's batch processors export in the thread that flushes or shuts down, for as long as that takes.
The thread is started ahead of need, because Python 3.12 starts none while the interpreter exits.

What waits together starts together and has one deadline. From the beginning of the exit on, all waits of the
process have one: `flush_at_exit` starts it, and each later wait gets what is left.
"""

import logging
import os
import queue
import threading
import time
import weakref
from collections.abc import Callable, Sequence

from otel_bridge import state
from otel_bridge.state import Pipeline

logger = logging.getLogger(__name__)

Call = Callable[[], object]


class DeadlineThread:
    """A daemon thread that runs calls one after the other."""

    def __init__(self) -> None:
        self._stopped = False
        self._start()
        if hasattr(os, "register_at_fork"):
            started_again = weakref.WeakMethod(self._start)
            os.register_at_fork(after_in_child=lambda: (start := started_again()) and start())

    def run(self, call: Call, timeout_ms: int) -> bool:
        """Run `call` and tell whether it returned within `timeout_ms`; what it raises is lost.

        A call that comes too late goes on in the thread, and the next one waits for it, within its own
        deadline.
        """
        return _wait(self.start(call), timeout_ms / 1000)

    def start(self, call: Call) -> threading.Event:
        """Run `call` without waiting; the event is set when it has returned or raised, or is not run after `stop`."""
        if self._pid != os.getpid():  # forked without the hooks of Python, as uwsgi does
            self._start()
        done = threading.Event()
        if self._stopped:
            done.set()
        else:
            self._calls.put((call, done))
        return done

    def stop(self) -> None:
        """Let the thread end when it has run what was asked of it."""
        self._stopped = True
        self._calls.put(None)

    def _start(self) -> None:
        self._pid = os.getpid()
        self._calls: queue.SimpleQueue[tuple[Call, threading.Event] | None] = queue.SimpleQueue()
        threading.Thread(target=_work, args=(self._calls,), name="otel-bridge-deadline", daemon=True).start()


class RootFlush:
    """Flush when a local root ends, and let the app wait for it.

    After a flush that took too long nobody waits until that one is over: a destination that is away holds the app
    up once, not with every root.
    """

    def __init__(self) -> None:
        self._late: list[threading.Event] = []
        self._pid = os.getpid()

    def run(self, pipelines: Sequence[Pipeline]) -> None:
        """Flush `pipelines` at the same time, each for no longer than the exit of the process may take."""
        if self._pid == os.getpid() and not all(done.is_set() for done in self._late):
            return
        started = [(one.start_flush(), one.settings.shutdown_timeout_ms) for one in pipelines]
        self._pid = os.getpid()
        self._late = [] if _wait_for_all(started) else [done for done, _ in started]


def flush_together(pipelines: Sequence[Pipeline]) -> None:
    """Flush `pipelines` at the same time, each for no longer than its settings allow."""
    _wait_for_all([(one.start_flush(), one.settings.flush_timeout_ms) for one in pipelines])


def flush_at_exit(pipelines: Sequence[Pipeline]) -> None:
    """Do the same because the process ends: the flush and every wait after it share one deadline."""
    timeouts_ms = [one.settings.shutdown_timeout_ms for one in pipelines]
    state.process.exit_wait_s = max(timeouts_ms, default=0) / 1000
    _wait_for_all(
        [(one.start_flush(), timeout_ms) for one, timeout_ms in zip(pipelines, timeouts_ms, strict=True)]
    )


def _wait_for_all(started: Sequence[tuple[threading.Event, int]]) -> bool:
    begin_s = time.monotonic()
    in_time = True
    for done, timeout_ms in started:
        in_time &= _wait(done, begin_s + timeout_ms / 1000 - time.monotonic())
    return in_time


def _wait(done: threading.Event, timeout_s: float) -> bool:
    """Wait, and during the exit of the process for no longer than is left of it."""
    left_s = state.process.exit_wait_s
    if left_s is None:
        return done.wait(max(0, timeout_s))
    begin_s = time.monotonic()
    in_time = done.wait(max(0, min(timeout_s, left_s)))
    state.process.exit_wait_s = left_s - (time.monotonic() - begin_s)
    return in_time


def _work(calls: "queue.SimpleQueue[tuple[Call, threading.Event] | None]") -> None:
    while (asked := calls.get()) is not None:
        call, done = asked
        try:
            call()
        except Exception as error:  # noqa: BLE001 - the next call needs the thread
            logger.warning("a call in the background raised %s", type(error).__name__)
        finally:
            done.set()
