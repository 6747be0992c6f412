"""What became of the spans of chosen traces, trace by trace.

The counts of a process (`stats`) do not say whose spans were lost: an evaluation that runs in an app has to know whether
its own have arrived, and which of its cases are safe.
"""

import os
import threading
from collections import Counter
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanContext

from otel_bridge import state


class Watch:
    """Counts the spans of the traces that were added to it, as long as it is entered.

    In a forked child nothing is counted: what it sends is not the work of this process.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._traces: dict[int, _Trace] = {}
        self._first: set[int] = set()
        self._missing = self._unsafe = 0

    @property
    def missing(self) -> int:
        """How many spans that ended were lost, or still wait to be sent."""
        with self._lock:
            return self._missing

    @property
    def unsafe(self) -> int:
        """How many of the spans that were added have ended, in traces of which a receiver has not taken everything."""
        with self._lock:
            return self._unsafe

    def add(self, span_context: SpanContext) -> None:
        """Watch the trace of a span that has just started; spans of it that ended before do not count."""
        if not span_context.trace_flags.sampled:
            return  # nothing of it is sent
        with self._lock:
            self._traces.setdefault(span_context.trace_id, _Trace())
            self._first.add(span_context.span_id)

    def ended(self, span: ReadableSpan) -> None:
        """Count a span that is about to be queued, or to be lost because the queue is full."""
        if (trace := self._trace_of(span)) is None or span.context is None:
            return
        with self._lock:
            self._missing += 1
            trace.waiting[span.context.span_id] += 1
            if span.context.span_id in self._first:
                self._first.discard(span.context.span_id)
                trace.unsafe += 1
                self._unsafe += 1

    def taken(self, spans: Iterable[ReadableSpan]) -> None:
        """Count spans that a receiver has taken; those that had ended before their trace was added do not count."""
        for span in spans:
            if (trace := self._trace_of(span)) is None or span.context is None:
                continue
            with self._lock:
                span_id = span.context.span_id
                if span_id not in trace.waiting:
                    continue
                self._missing -= 1
                trace.waiting[span_id] -= 1
                if not trace.waiting[span_id]:
                    del trace.waiting[span_id]
                if not trace.waiting:
                    self._unsafe -= trace.unsafe
                    trace.unsafe = 0

    def _trace_of(self, span: ReadableSpan) -> "_Trace | None":
        return self._traces.get(span.context.trace_id) if span.context else None

    def __enter__(self) -> Self:
        state.process.watches = (*state.process.watches, self)
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        state.process.watches = tuple(one for one in state.process.watches if one is not self)


class _Trace:
    """Of a trace: its spans that ended and were not taken, each as often as it has destinations, and how many of the added ones are unsafe."""

    __slots__ = ("unsafe", "waiting")

    def __init__(self) -> None:
        self.waiting: Counter[int] = Counter()
        self.unsafe = 0


def _forget() -> None:
    """Watch nothing in a forked child, in which a lock may be held by a thread that is not there."""
    state.process.watches = ()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def tell_taken(spans: Iterable[ReadableSpan]) -> None:
    """Tell all that watch of spans that a receiver has taken."""
    for watch in state.process.watches:
        watch.taken(spans)
