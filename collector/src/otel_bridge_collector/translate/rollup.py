"""Token counts that repeat those of other spans of a trace, so that a sum over its rows counts every token once.

Only a call uses tokens. What another span says of tokens or cost (an agent, a workflow, the outer span of a client)
repeats what stands below it, as far as anything there says so: its row is marked with
`span_attributes.usage_is_rollup`. Whether the numbers are equal is not asked: the sum of an agent leaves out the agents
that it called, and some clients repeat their last call only.

Spans between the two may be missing: lost, late, or filtered out by the app. So a call also counts as below every span of its
trace that runs during the whole of it. That needs no parent, and what is known of a trace later takes no mark back.

It remembers what it needs, since spans arrive in any order. Which of two calls is one is the subject of `nested_calls`.

Source: spec/features.md R33; spec/translation.md section 7.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from otel_bridge.contract.row import Row
from otel_bridge_collector.translate.row import keyed_field
from otel_bridge_collector.translate.span_summary import SpanSummary

MARK: Final = "usage_is_rollup"
"""The key in `span_attributes`."""


def is_marked(row: Row) -> bool:
    """Tell whether the tokens of a row repeat those of other rows."""
    return keyed_field(row, "span_attributes").get(MARK) is True


class _Time(NamedTuple):
    start_ns: int
    end_ns: int

    def holds(self, other: "_Time") -> bool:
        """Tell whether `other` runs during this."""
        return self.start_ns <= other.start_ns and other.end_ns <= self.end_ns


class Rollups:
    """The spans of one trace, and which of them repeat the tokens of those below."""

    def __init__(self) -> None:
        self._spans: dict[str, SpanSummary] = {}
        self._above_usage: set[str] = set()
        """Spans, also such as have not come yet, with usage somewhere below them."""
        self._calls: set[_Time] = set()
        """When the calls with usage ran."""
        self._sums: dict[str, _Time] = {}
        """Spans with usage that are no calls and not yet known as roll-ups."""

    def observe(self, span: SpanSummary) -> Iterator[str]:
        """Yield the ids of the spans that one more span makes known as roll-ups."""
        span_id = span.span_id
        self._spans[span_id] = span
        if span_id in self._above_usage and _repeats(span):
            yield span_id
        else:
            yield from self._compare_times(span)
        if span.has_usage or span_id in self._above_usage:
            yield from self._raise(span.parent_span_id)

    def _compare_times(self, span: SpanSummary) -> Iterator[str]:
        """Yield the spans that run during a call, as far as the new span makes them known."""
        time = _Time(span.start_ns, span.end_ns)
        if not span.has_usage or not 0 < time.start_ns <= time.end_ns:
            return
        if span.is_call:
            self._calls.add(time)
            repeating = [sum_id for sum_id, sum_time in self._sums.items() if sum_time.holds(time)]
        else:
            self._sums[span.span_id] = time
            repeating = [span.span_id] if any(time.holds(call) for call in self._calls) else []
        for sum_id in repeating:
            del self._sums[sum_id]
            yield sum_id

    def _raise(self, span_id: str | None) -> Iterator[str]:
        """Note usage below a span and all above it, as far as they are known."""
        while span_id is not None and span_id not in self._above_usage:
            self._above_usage.add(span_id)
            span = self._spans.get(span_id)
            if span and _repeats(span):
                self._sums.pop(span_id, None)
                yield span_id
            span_id = span.parent_span_id if span else None


def _repeats(span: SpanSummary) -> bool:
    return span.has_usage and not span.is_call
