"""One call told in two traces."""

from itertools import permutations

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.model import Span
from otel_bridge_collector.translate import NestedCalls, SpanSummary, summary_of, translate
from otel_bridge_collector.translate.rollup import is_marked
from otel_bridge_collector.translate.shared_answers import SharedAnswers
from tests.support.otlp import make_span

ONE, OTHER = "aa" * 8, "bb" * 8


def call(
    span_id: str, scope: str, *, answer: str = "msg_1", during: tuple[int, int] = (0, 9), prompt: str = ""
) -> Span:
    attributes: dict[str, Json] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.response.id": answer,
        "gen_ai.usage.input_tokens": 5,
        "gen_ai.prompt": prompt,
    }
    return make_span(
        {name: value for name, value in attributes.items() if value},
        span_id=span_id,
        scope=scope,
        trace_id=span_id * 2,
        from_ms=during[0],
        to_ms=during[1],
    )


def marked(*spans: Span, parents: tuple[str | None, ...] = (None, None)) -> list[str]:
    """The ids of the rows whose tokens are marked as repeated; no other fact may be known of them."""
    calls = NestedCalls()
    writes = [
        write
        for span, parent in zip(spans, parents, strict=True)
        for write in calls.observe(summary_of(span, translate(span)), requested=parent)
    ]
    assert all(is_marked(write.row) for write in writes)
    return [write.row.get("id", "") for write in writes]


def test_of_two_traces_of_one_call_the_one_that_tells_less_counts_no_tokens() -> None:
    spans = (call(ONE, "sdk"), call(OTHER, "instrumentation", during=(1, 8), prompt="why?"))

    assert all(marked(*order) == [ONE] for order in permutations(spans))


def test_of_two_that_tell_the_same_the_longer_counts() -> None:
    spans = (call(ONE, "sdk", during=(1, 8)), call(OTHER, "instrumentation"))

    assert all(marked(*order) == [ONE] for order in permutations(spans))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(call(OTHER, "sdk"), id="one-instrumentation"),
        pytest.param(call(OTHER, "instrumentation", answer="msg_2"), id="another-answer"),
        pytest.param(call(OTHER, "instrumentation", during=(10, 12)), id="at-another-time"),
    ],
)
def test_different_calls_all_count(other: Span) -> None:
    assert marked(call(ONE, "sdk"), other) == []


def test_each_object_has_its_own_row_of_a_call() -> None:
    spans = (call(ONE, "sdk"), call(OTHER, "instrumentation"))

    assert marked(*spans, parents=("project_name:a", "project_name:b")) == []


def summarized(span: Span) -> SpanSummary:
    return summary_of(span, translate(span))


def test_the_oldest_answer_makes_room() -> None:
    answers = SharedAnswers(max_answers=1)
    list(answers.others(None, "first", summarized(call(ONE, "sdk"))))
    list(answers.others(None, "second", summarized(call(ONE, "sdk"))))

    assert list(answers.others(None, "first", summarized(call(OTHER, "instrumentation")))) == []
