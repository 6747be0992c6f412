"""One thread that interrupts what runs too long. It knows no engine.

A timer for each statement would be a thread for each, whose start waits for the interpreter three times (docs/performance.md).
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Final

_AGAIN_S: Final = 0.05
"""From one interruption to the next: a statement that has not begun yet takes no notice."""


class Watch:
    """Interrupts what takes too long.

    Its thread sleeps until the first of those that it knew of when it fell asleep is due, though that may have ended long before: to be told of each
    one would take a turn each. It starts with the first of all.
    """

    def __init__(self) -> None:
        self._running: dict[object, _Running] = {}
        self._changed = threading.Condition()
        self._wakes_s = inf
        self._thread: threading.Thread | None = None
        self._is_closed = False

    def begin(self, timeout_s: float, interrupt: Callable[[], None]) -> object:
        """Call `interrupt` after some time unless `end` is called before; return what to end."""
        begun = object()
        with self._changed:
            due_s = 0 if self._is_closed else time.monotonic() + timeout_s
            self._running[begun] = _Running(due_s=due_s, interrupt=interrupt, is_interrupted=self._is_closed)
            if self._thread is None and not self._is_closed:
                self._thread = threading.Thread(target=self._run, name="query-watch", daemon=True)
                self._thread.start()
            if due_s < self._wakes_s:
                self._changed.notify()
        return begun

    def end(self, begun: object) -> bool:
        """Interrupt it no more; tell whether it was not interrupted. Once more does no harm, and tells no."""
        with self._changed:
            running = self._running.pop(begun, None)
            if self._is_closed:
                self._changed.notify()
            return running is not None and not running.is_interrupted

    def close(self) -> None:
        """Interrupt what still runs until it has ended, and end the thread."""
        with self._changed:
            self._is_closed = True
            for running in self._running.values():
                running.due_s = 0
                running.is_interrupted = True  # or as good as that: its connection is not to be used again
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        with self._changed:
            while self._running or not self._is_closed:
                self._wakes_s = self._interrupt_due()
                self._changed.wait(None if self._wakes_s == inf else self._wakes_s - time.monotonic())

    def _interrupt_due(self) -> float:
        """Interrupt what is due, and return when the next one is."""
        now_s = time.monotonic()
        for running in self._running.values():
            if running.due_s <= now_s:
                running.interrupt()
                running.is_interrupted = True
                running.due_s = now_s + _AGAIN_S
        return min((running.due_s for running in self._running.values()), default=inf)


@dataclass(slots=True)
class _Running:
    due_s: float
    interrupt: Callable[[], None]
    is_interrupted: bool = False
