"""The queue of ended spans, and the thread that exports them in batches; what has room there `delivery` says before.

It stands in the place of OpenTelemetry's batch processor, which asks of each span once more whether there is room and whether the process was
forked (docs/decisions/0006-what-leaves-an-app.md).
"""

import logging
import threading
from collections import deque
from typing import Final

from opentelemetry import context as otel_context
from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter

logger = logging.getLogger(__name__)

_SUPPRESSED: Final[str] = getattr(otel_context, "_SUPPRESS_INSTRUMENTATION_KEY", "suppress_instrumentation")
"""Key of the context that keeps instrumentations from tracing what is done in it; it has no public name."""


class Batches:
    """Exports spans some time after they were put here, or as soon as a batch of them waits; in their order.

    Args:
        exporter: what exports them.
        size: spans of a batch.
        delay_ms: after which those that wait are exported.
    """

    def __init__(self, exporter: SpanExporter, *, size: int, delay_ms: int) -> None:
        self._exporter, self._size, self._delay_s = exporter, size, delay_ms / 1000
        self._is_over = False
        self.begin_again()

    def begin_again(self) -> None:
        """Begin with an empty queue and a thread; the owner sees to it that a forked child does, for what waits belongs to its parent process."""
        self._waiting: deque[ReadableSpan] = deque()
        self._awake, self._exporting = threading.Event(), threading.Lock()
        self._thread = threading.Thread(target=self._work, name="otel-bridge-batches", daemon=True)
        if not self._is_over:
            self._thread.start()

    def put(self, span: ReadableSpan) -> None:
        """Let `span` wait; never blocks."""
        self._waiting.append(span)
        if len(self._waiting) >= self._size and not self._awake.is_set():
            self._awake.set()

    def force_flush(self) -> None:
        """Export what waits, in the calling thread."""
        self._export(len(self._waiting))

    def shutdown(self) -> None:
        """Let the thread export what waits and end, then shut the exporter down; call it once."""
        self._is_over = True
        self._awake.set()
        self._thread.join()
        self._exporter.shutdown()

    def _work(self) -> None:
        while not self._is_over:
            was_woken = self._awake.wait(self._delay_s)
            self._awake.clear()
            waiting = len(self._waiting)
            # What has only begun to fill a batch waits for the rest of it.
            self._export(waiting - waiting % self._size if was_woken and not self._is_over else waiting)
        self._export(len(self._waiting))

    def _export(self, number: int) -> None:
        """Export the `number` that wait longest, less those that another thread has taken meanwhile."""
        with self._exporting:
            while number > 0 and (batch := self._next(min(number, self._size))):
                number -= len(batch)
                self._export_batch(batch)

    def _next(self, most: int) -> list[ReadableSpan]:
        return [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]

    def _export_batch(self, batch: list[ReadableSpan]) -> None:
        token = otel_context.attach(Context({**otel_context.get_current(), _SUPPRESSED: True}))
        try:
            self._exporter.export(batch)
        except Exception as error:  # noqa: BLE001 - the next batch needs the thread
            logger.warning("a batch of spans was not exported: %s", type(error).__name__)
        finally:
            otel_context.detach(token)
