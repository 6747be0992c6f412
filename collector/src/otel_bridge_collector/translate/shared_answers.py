"""One call told in two traces: two clients' spans of one answer, each the root of a trace of its own.

An SDK that traces itself and an instrumentation of it need not share a context. What ties their spans is the id of
the answer, that they ran at the same time, and that different instrumentations made them: one instrumentation tells a call
once, so that an id which a test server repeats ties nothing. Each trace keeps its row of the call; the tokens of one of them are
marked as repeated. Translation of a single span is not its subject.

Recorded in the corpus with the Anthropic SDK's own spans beside those of openllmetry.
"""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Final, NamedTuple

from otel_bridge_collector.translate.span_summary import SpanSummary

_MAX_PER_ANSWER: Final = 8


class _Told(NamedTuple):
    trace_id: str
    span_id: str
    scope: str
    start_ns: int
    end_ns: int

    def is_same_call(self, other: "_Told") -> bool:
        return (
            self.trace_id != other.trace_id
            and self.scope != other.scope
            and self.start_ns <= other.end_ns
            and other.start_ns <= self.end_ns
        )


class SharedAnswers:
    """Recent calls by the id of their answer; about `max_answers` of them, the oldest makes room."""

    def __init__(self, *, max_answers: int) -> None:
        self._max_answers = max_answers
        self._answers: OrderedDict[tuple[str | None, str], list[_Told]] = OrderedDict()

    def others(self, parent: str | None, answer_id: str, span: SpanSummary) -> Iterator[tuple[str, str]]:
        """Yield trace and span ids of the calls of other traces that are the same as one more, and remember it.

        Args:
            parent: the object that its row goes to; each object has its own row of a call.
            answer_id: the id that the provider gave the answer.
            span: the span of the call.
        """
        told = self._answers.setdefault((parent, answer_id), [])
        new = _Told(span.trace_id, span.span_id, span.scope, span.start_ns, span.end_ns)
        yield from ((other.trace_id, other.span_id) for other in told if new.is_same_call(other))
        told.append(new)
        del told[:-_MAX_PER_ANSWER]
        while len(self._answers) > self._max_answers:
            self._answers.popitem(last=False)
