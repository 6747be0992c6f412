"""Translation shared between the sidecar and a process beside it, which is there while much has to be translated.

One Python uses one core. Where translation takes much of it, the store and every query wait; so it goes where another core does it.
Without load there is no second process, and none of its memory (docs/scaling.md).
"""

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Final

from otel_bridge_collector.deliver.compiled_spans import compiled_spans
from otel_bridge_collector.deliver.request_rows import (
    OtlpSignal,
    RequestRows,
    python_rows,
    rows_beside,
)
from otel_bridge_collector.deliver.translation_pipe import MAX_PAYLOAD
from otel_bridge_collector.deliver.translation_process import ProcessLostError, TranslationProcess

logger = logging.getLogger(__name__)

_WINDOW_S: Final = 1.0
_BUSY_S: Final = 0.2
"""So much translation within a window is worth a process: some 1,500 spans a second where nothing else is done."""

_IDLE_S: Final = 60.0
_IDLE_SHARE: Final = 0.02
"""A process that was asked for a smaller share of so long a time is ended."""

_CLOSING_S: Final = 2.0
"""How long the end waits for a process that is just being begun; it ends with its pipe in any case."""

_AFTER_LOSS_S: Final = 60.0
"""How long no other one is begun after one was lost."""


class SharedTranslation:
    """Makes rows of requests, in a process beside this one where that pays. Any thread may call it.

    What the process cannot do, or has no time for, is done here; so nothing depends on it.
    """

    def __init__(
        self,
        begin: Callable[[], TranslationProcess] | None = None,
        *,
        is_native: bool = True,
        busy_s: float = _BUSY_S,
        idle_s: float = _IDLE_S,
    ) -> None:
        """Make one without a process.

        Args:
            begin: begins one; without, `TranslationProcess.begin` does.
            is_native: whether ordinary spans are translated by compiled code, where that is installed; they need no process.
            busy_s: seconds of translation within one that are worth a process.
            idle_s: how long a process may have nothing to do.
        """
        self._is_native = is_native
        self._begin = begin or partial(TranslationProcess.begin, is_native=is_native)
        self._busy_s = busy_s
        self._idle_s = idle_s
        self._process: TranslationProcess | None = None
        self._asking = threading.Lock()
        """Held by who asks the process, or ends it."""
        self._asked_s = 0.0
        """How long it was asked since the keeper looked."""
        self._apart = 0
        self._keeper: threading.Thread | None = None
        self._changing = threading.Lock()
        """Held by who begins a keeper, or ends all."""
        self._is_over = threading.Event()
        """Tells the keeper that the process is lost, or not wanted."""
        self._is_closed = False
        self._window_began_s = 0.0
        self._spent_s = 0.0
        self._not_before_s = 0.0

    def __call__(self, signal: OtlpSignal, payload: bytes) -> RequestRows:
        """See `RequestTranslator`."""
        compiled = compiled_spans(payload) if self._is_native and signal == "traces" else None
        if compiled is not None and None not in compiled:
            return rows_beside(compiled, payload)
        found = self._ask(signal, payload) if len(payload) <= MAX_PAYLOAD else None
        if found is not None:
            self._apart += 1
            return found
        # Waits for the interpreter count: they are what another process spares.
        begun_s = time.monotonic()
        try:
            return python_rows(signal, payload) if compiled is None else rows_beside(compiled, payload)
        finally:
            self._count(time.monotonic() - begun_s)

    def pid(self) -> int | None:
        """Return the number of the process; None where there is none."""
        process = self._process
        return process.pid if process else None

    def translated_apart(self) -> int:
        """Return how many requests the process has translated."""
        return self._apart

    def close(self) -> None:
        """End the process, if there is one; what comes later is translated here."""
        with self._changing:
            self._is_closed = True
            keeper = self._keeper
        self._is_over.set()
        if keeper:
            keeper.join(_CLOSING_S)

    def _ask(self, signal: OtlpSignal, payload: bytes) -> RequestRows | None:
        """Return what the process makes of a request; None where there is none, or it is busy, or cannot."""
        if self._process is None or not self._asking.acquire(blocking=False):
            return None
        begun_s = time.monotonic()
        try:
            process = self._process
            return process.translate(signal, payload) if process else None
        except ProcessLostError as error:
            logger.warning("the process that translates is lost (%s); translation goes on in this one", error)
            self._lose()
            return None
        finally:
            self._asked_s += time.monotonic() - begun_s
            self._asking.release()

    def _count(self, spent_s: float) -> None:
        """Add to what was spent here, and begin a process where that is too much."""
        now_s = time.monotonic()
        with self._changing:
            if now_s - self._window_began_s > _WINDOW_S:
                self._window_began_s, self._spent_s = now_s, 0.0
            self._spent_s += spent_s
            is_worth_one = self._spent_s >= self._busy_s and now_s >= self._not_before_s
            if self._keeper or self._is_closed or not is_worth_one:
                return
            self._is_over.clear()
            keeper = threading.Thread(target=self._keep, name="translation-keeper", daemon=True)
            try:
                keeper.start()
            except RuntimeError as error:  # the system gives no more threads
                self._not_begun(error)
            else:
                self._keeper = keeper

    def _keep(self) -> None:
        """Begin a process, and end it when it is lost, has little to do, or is not wanted; it lives no longer than this thread."""
        try:
            process = self._begin()
        except ProcessLostError as error:
            self._not_begun(error)
        else:
            logger.info("much comes in: it is translated in a process of its own, %d", process.pid)
            self._asked_s, self._process = 0.0, process
            while not self._is_over.wait(self._idle_s) and self._asked_s >= self._idle_s * _IDLE_SHARE:
                self._asked_s = 0.0
            with self._asking:
                self._process = None
                process.end()
            logger.info("the process that translated, %d, is ended", process.pid)
        with self._changing:
            self._keeper = None

    def _not_begun(self, error: Exception) -> None:
        logger.warning("no process to translate in (%s); translation goes on in this one", error)
        self._lose()

    def _lose(self) -> None:
        self._process = None
        self._not_before_s = time.monotonic() + _AFTER_LOSS_S
        self._is_over.set()
