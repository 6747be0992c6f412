"""Two spans of one call: instrumentations nest, and one request on the wire is to be one row of type `llm`.

Of two nested llm spans of the same answer, or of the same model, that row is the one with messages, else the one with token
counts, else the outer; the other becomes a `task` and keeps its metrics, marked where both have them. So are spans that repeat
the tokens of calls below them (`rollup`), and calls that another trace tells too (`shared_answers`). Spans arrive in any order and in several requests, so this remembers recent ones.
Translation of a single span is not its subject.

Source: spec/translation.md section 14 (1); recorded in tests/conventions/gen_ai.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, cast

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.translate.rollup import MARK, Rollups
from otel_bridge_collector.translate.shared_answers import SharedAnswers
from otel_bridge_collector.translate.span_summary import SpanSummary

_DEMOTION: Final = "nested-call"
_ROLLUP: Final = "usage-rollup"
_MAX_SPANS: Final = 20_000


@dataclass(slots=True)
class _Trace:
    spans: dict[str, SpanSummary] = field(default_factory=dict[str, SpanSummary])
    children: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    rollups: Rollups = field(default_factory=Rollups)


class NestedCalls:
    """The recent spans, and which of them repeat another.

    It holds about `max_spans` spans and forgets whole traces, first the one that had no new span for longest. What it has
    forgotten counts as never seen.
    """

    def __init__(self, *, max_spans: int = _MAX_SPANS) -> None:
        self._max_spans = max_spans
        self._size = 0
        self._traces: OrderedDict[tuple[str | None, str], _Trace] = OrderedDict()
        self._answers = SharedAnswers(max_answers=max_spans)

    def observe(self, span: SpanSummary, *, requested: str | None = None) -> list[RowWrite]:
        """Return the facts that one more span makes known.

        They are rows that are a `task` after all, and rows whose token counts repeat those of others.

        Args:
            span: the span, with what is asked of its row.
            requested: the parent of the request that brought it. Spans with different parents become rows of different
                objects, so that each object has its own row of their call.
        """
        parent = span.parent or requested
        trace = self._traces.setdefault((parent, span.trace_id), _Trace())
        self._traces.move_to_end((parent, span.trace_id))
        self._size += span.span_id not in trace.spans
        trace.spans[span.span_id] = span
        if span.parent_span_id:
            trace.children.setdefault(span.parent_span_id, set()).add(span.span_id)
        self._forget()
        facts = [
            fact
            for outer, inner in _pairs(trace, span)
            if _is_same_call(outer, inner)
            for fact in _repetition_facts(outer, inner, parent)
        ]
        facts += (
            _rollup(_repetition(*sorted((span, other), key=_by_length)), parent)
            for other in self._told_elsewhere(parent, span)
        )
        # A call below a span that also ran within it shows the same of it twice.
        rollups = dict.fromkeys(trace.rollups.observe(span))
        return [*facts, *(_rollup(trace.spans[span_id], parent) for span_id in rollups)]

    def _told_elsewhere(self, parent: str | None, span: SpanSummary) -> Iterator[SpanSummary]:
        """Yield the spans of other traces that tell tokens of the same call as one more span."""
        if not span.is_call or not span.has_usage or not isinstance(span.response_id, str):
            return
        for trace_id, span_id in self._answers.others(parent, span.response_id, span):
            trace = self._traces.get((parent, trace_id))
            if trace and (other := trace.spans.get(span_id)):
                yield other

    def _forget(self) -> None:
        while self._size > self._max_spans and len(self._traces) > 1:
            _, trace = self._traces.popitem(last=False)
            self._size -= len(trace.spans)


def _by_length(seen: SpanSummary) -> tuple[int, str]:
    """Put the longer of two spans of one call first, as if it stood above the other; of equal ones, always the same."""
    return seen.start_ns - seen.end_ns, str(seen.identity.get("id", ""))


def _pairs(trace: _Trace, seen: SpanSummary) -> Iterator[tuple[SpanSummary, SpanSummary]]:
    """Yield each call with each call below it, as far as the new span connects them."""
    if not (seen.is_call or seen.is_open):
        return
    if seen.parent_span_id not in trace.spans and seen.span_id not in trace.children:
        return  # Nothing that is known stands above or below.
    own = [seen] if seen.is_call else []
    above = [*own, *_calls_above(trace, seen)]
    below = [*own, *_calls_below(trace, seen.span_id)]
    yield from ((outer, inner) for outer in above for inner in below if outer is not inner)


def _calls_above(trace: _Trace, seen: SpanSummary) -> Iterator[SpanSummary]:
    passed: set[str] = set()
    while (parent_id := seen.parent_span_id) and parent_id not in passed and parent_id in trace.spans:
        passed.add(parent_id)
        seen = trace.spans[parent_id]
        if seen.is_call:
            yield seen
        elif not seen.is_open:
            return


def _calls_below(trace: _Trace, span_id: str) -> Iterator[SpanSummary]:
    passed: set[str] = set()
    pending = [span_id]
    while pending:
        parent_id = pending.pop()
        passed.add(parent_id)
        for child_id in sorted(trace.children.get(parent_id, set()) - passed):
            child = trace.spans[child_id]
            if child.is_call or child.is_open:
                pending.append(child_id)
            if child.is_call:
                yield child


def _is_same_call(outer: SpanSummary, inner: SpanSummary) -> bool:
    if outer.response_id and inner.response_id:
        return outer.response_id == inner.response_id
    return not outer.models.isdisjoint(inner.models)


def _repetition_facts(outer: SpanSummary, inner: SpanSummary, parent: str | None) -> list[RowWrite]:
    repetition = _repetition(outer, inner)
    demotion = _fact(repetition, parent, _DEMOTION, {"type": "task"})
    is_counted_twice = outer.has_usage and inner.has_usage
    return [demotion, _rollup(repetition, parent)] if is_counted_twice else [demotion]


def _rollup(span: SpanSummary, parent: str | None) -> RowWrite:
    """Return what to write where the token counts of a span repeat those of others."""
    return _fact(span, parent, _ROLLUP, {MARK: True})


def _fact(span: SpanSummary, parent: str | None, fact: str, span_attributes: dict[str, Json]) -> RowWrite:
    row = {**span.identity, "_is_merge": True, "span_attributes": span_attributes}
    return RowWrite(row=cast("Row", row), parent=parent, fact=fact)


def _repetition(outer: SpanSummary, inner: SpanSummary) -> SpanSummary:
    """Return the one of two that tells less of their call."""
    is_inner_better = (inner.has_messages, inner.has_usage) > (outer.has_messages, outer.has_usage)
    return outer if is_inner_better else inner
