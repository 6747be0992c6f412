"""The pipelines of further API keys: one span processor for all of them, at most `MAX_KEYS` of them open.

A key's pipelines are opened by its first span or feedback. Beyond the bound the one that was used longest ago and has
nothing under way is closed; it opens again when it is needed, so nothing is lost by it. Where all of them are busy,
the bound waits for the next opening.
"""

import os
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from opentelemetry.trace import SpanContext

from otel_bridge import state
from otel_bridge.attributes.encode import Attributes
from otel_bridge.processor.bridge import BridgeSpanProcessor
from otel_bridge.processor.delivery import Counts, MaskingCounts
from otel_bridge.processor.facts import FactSender, Line
from otel_bridge.settings import Settings

MAX_KEYS: Final = 32
"""API keys beside the first one whose pipelines are open: each has threads, connections and a queue."""

Opened = BridgeSpanProcessor | FactSender


@dataclass(eq=False, slots=True)
class Lane:
    """What the spans and facts of one key leave by.

    Attributes:
        settings: with that key.
        resource: what the provider says of this process.
        home: whose it is.
        route: by which its spans are known.
        spans: the pipeline of spans; None while it is closed.
        facts: that of feedback and updates; likewise.
    """

    settings: Settings
    resource: Resource
    home: "KeyedPipelines"
    route: state.Route
    spans: BridgeSpanProcessor | None = None
    facts: FactSender | None = None

    @property
    def opened(self) -> Sequence[Opened]:
        """Its pipelines that are open."""
        return [one for one in (self.spans, self.facts) if one is not None]


@dataclass(frozen=True, slots=True)
class KeyedFacts:
    """Takes the feedback and updates of one key, for a `FactSender` of its own."""

    lane: Lane

    def send(
        self,
        event_name: str,
        attributes: Attributes,
        span_context: SpanContext | None,
        line: Line | None = None,
    ) -> None:
        """See `FactSender.send`."""
        self.lane.home.send_fact(
            self.lane, lambda facts: facts.send(event_name, attributes, span_context, line)
        )


@dataclass(slots=True)
class Closed:
    """The counts of pipelines that were closed.

    Attributes:
        spans, facts, masking: see `Stats`.
    """

    spans: Counts
    facts: Counts
    masking: MaskingCounts


class KeyedPipelines(SpanProcessor):
    """Hand each span to the pipeline of its key.

    Attributes:
        masks: that what leaves here is masked.
        waits_for_rows: see `BridgeSpanProcessor`.
        closed: what became of what the closed ones had.
    """

    masks = True
    waits_for_rows = True

    def __init__(self) -> None:
        self._open: OrderedDict[Lane, None] = OrderedDict()
        self._is_shut_down = False
        self.closed = Closed(Counts(), Counts(), MaskingCounts())
        self._unlock()
        if hasattr(os, "register_at_fork"):
            again = weakref.WeakMethod(self._begin_anew)
            os.register_at_fork(after_in_child=lambda: (call := again()) and call())
        state.process.keyed.add(self)

    def route(self, settings: Settings, resource: Resource) -> state.Route:
        """Return the way of spans that leave with these settings."""
        route = state.Route()
        route.lane = Lane(settings, resource, self, route)
        return route

    def send_fact(self, lane: Lane, send: Callable[[FactSender], None]) -> None:
        """Queue feedback or an update of a key.

        No span under way keeps the pipeline open for it, so nothing is closed until it is queued.
        """
        with self._lock:
            self._use(lane)
            if lane.facts is None:
                lane.facts = FactSender(lane.settings, lane.resource)
            send(lane.facts)

    def on_end(self, span: ReadableSpan) -> None:
        """Queue `span` where it belongs; spans of the first key pass by."""
        route = state.process.routes.of(span)
        lane = route.lane if route else None
        if not isinstance(lane, Lane) or lane.home is not self or self._is_shut_down:
            return
        with self._lock:
            self._use(lane)
            if lane.spans is None:
                lane.spans = BridgeSpanProcessor(settings=lane.settings, stand_in=True, route=route)
            processor = lane.spans
        processor.on_end(span)

    def begin_again(self) -> None:
        """Take spans again after a shutdown: the provider goes on with another one behind it."""
        with self._lock:
            self._is_shut_down = False
            for lane in self._open:
                if lane.spans is not None:
                    self._shut_down_aside([lane.spans])
                    lane.spans = None

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what waits, of all keys at once; False when that took longer than `timeout_millis`."""
        end_s = time.monotonic() + timeout_millis / 1000
        started = [lane.spans.start_flush() for lane in self._lanes() if lane.spans]
        return all(done.wait(max(0, end_s - time.monotonic())) for done in started)

    def shutdown(self) -> None:
        """Send what waits of spans, and take no more."""
        self._is_shut_down = True
        for lane in self._lanes():
            if lane.spans:
                lane.spans.shutdown()

    def close_facts(self) -> None:
        """Send what waits of feedback and updates, and take no more."""
        for lane in self._lanes():
            if lane.facts:
                lane.facts.shutdown()

    def _lanes(self) -> list[Lane]:
        with self._lock:
            return list(self._open)

    def _use(self, lane: Lane) -> None:
        """Note that `lane` is used now, and make room for it; called under the lock."""
        if lane in self._open:
            self._open.move_to_end(lane)
            return
        self._open[lane] = None
        if (surplus := len(self._open) - MAX_KEYS) <= 0:
            return
        in_use = state.process.routes.in_use()
        idle = [one for one in self._open if one is not lane and one.route not in in_use and _is_idle(one)]
        for one in idle[:surplus]:
            del self._open[one]
            self._close(one)

    def _close(self, lane: Lane) -> None:
        """Close the pipelines of `lane` without waiting for it."""
        pipelines, lane.spans, lane.facts = lane.opened, None, None
        self._shut_down_aside(pipelines)

    def _shut_down_aside(self, pipelines: Sequence[Opened]) -> None:
        closing = threading.Thread(
            target=self._shut_down, args=(pipelines,), name="otel-bridge-closing", daemon=True
        )
        try:
            closing.start()
        except RuntimeError:  # the interpreter exits and starts no thread
            self._shut_down(pipelines)

    def _shut_down(self, pipelines: Sequence[Opened]) -> None:
        for one in pipelines:
            one.shutdown()
            with self._lock:
                state.process.pipelines.discard(one)
                self._keep_counts(one)

    def _keep_counts(self, one: Opened) -> None:
        if isinstance(one, BridgeSpanProcessor):
            self.closed.spans += one.counts
        else:
            self.closed.facts += one.counts
        self.closed.masking += one.masking_counts

    def _begin_anew(self) -> None:
        """In a forked child: another thread of the parent may have held the lock, and its counts are its own."""
        self.closed = Closed(Counts(), Counts(), MaskingCounts())
        self._unlock()

    def _unlock(self) -> None:
        self._lock = threading.RLock()


def _is_idle(lane: Lane) -> bool:
    return all(one.counts.waiting == 0 for one in lane.opened)
