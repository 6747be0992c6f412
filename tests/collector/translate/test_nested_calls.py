"""One call, traced by several instrumentations."""

from itertools import permutations

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.model import RowWrite, Span
from otel_bridge_collector.translate import NestedCalls, summary_of, translate
from tests.support.otlp import make_span

OUTER, MIDDLE, INNER = "aa" * 8, "bb" * 8, "cc" * 8


def call(span_id: str, parent: str | None = None, *, model: str = "m", **more: Json) -> Span:
    attributes: dict[str, Json] = {"gen_ai.operation.name": "chat", "gen_ai.request.model": model}
    return make_span(
        {**attributes, **{key.replace("__", "."): value for key, value in more.items()}},
        span_id=span_id,
        parent=parent,
    )


def demoted(*spans: Span, calls: NestedCalls | None = None) -> set[str]:
    calls = calls or NestedCalls()
    writes = [write for span in spans for write in calls.observe(summary_of(span, translate(span)))]
    assert all(write.row.get("span_attributes") == {"type": "task"} for write in writes)
    return {write.row.get("id", "") for write in writes}


def with_usage(span_id: str, parent: str | None = None) -> Span:
    return call(span_id, parent, gen_ai__usage__input_tokens=5)


def with_messages(span_id: str, parent: str | None = None) -> Span:
    return call(span_id, parent, gen_ai__prompt="hi")


def test_of_two_alike_the_outer_stays_a_call() -> None:
    assert demoted(call(OUTER), call(INNER, OUTER)) == {INNER}


def test_the_one_with_token_counts_stays_a_call() -> None:
    assert demoted(call(OUTER), with_usage(INNER, OUTER)) == {OUTER}


def test_the_one_with_messages_stays_a_call() -> None:
    assert demoted(with_messages(OUTER), with_usage(INNER, OUTER)) == {INNER}


def test_of_three_one_stays_a_call_whatever_the_order() -> None:
    spans = [call(OUTER), call(MIDDLE, OUTER), with_messages(INNER, MIDDLE)]

    assert all(demoted(*order) == {OUTER, MIDDLE} for order in permutations(spans))


def test_a_request_between_two_calls_does_not_part_them() -> None:
    spans = [call(OUTER), make_span(span_id=MIDDLE, parent=OUTER), call(INNER, MIDDLE)]

    assert all(demoted(*order) == {INNER} for order in permutations(spans))


def test_a_tool_between_two_calls_parts_them() -> None:
    tool = make_span({"gen_ai.operation.name": "execute_tool"}, span_id=MIDDLE, parent=OUTER)

    assert demoted(call(OUTER), tool, call(INNER, MIDDLE)) == set()


def test_calls_of_different_models_are_two() -> None:
    assert demoted(call(OUTER, model="a"), call(INNER, OUTER, model="b")) == set()


def test_answers_with_different_ids_are_two() -> None:
    spans = [call(OUTER, gen_ai__response__id="r1"), call(INNER, OUTER, gen_ai__response__id="r2")]

    assert demoted(*spans) == set()


def test_one_answer_is_one_call_whatever_the_model_is_called() -> None:
    spans = [
        call(OUTER, model="alias", gen_ai__response__id="r"),
        call(INNER, OUTER, model="m-1", gen_ai__response__id="r"),
    ]

    assert demoted(*spans) == {INNER}


def test_the_fact_goes_where_the_span_went() -> None:
    calls = NestedCalls()
    outer = call(OUTER)
    inner = call(INNER, OUTER, braintrust__parent="project_name:shop", braintrust__row_id="r")
    calls.observe(summary_of(outer, translate(outer)), requested="project_name:shop")

    (write,) = calls.observe(summary_of(inner, translate(inner)), requested="project_name:other")

    assert write == RowWrite(
        row={
            "id": "r",
            "span_id": INNER,
            "root_span_id": inner.trace_id,
            "_is_merge": True,
            "span_attributes": {"type": "task"},
        },
        parent="project_name:shop",
        fact="nested-call",
    )


def test_calls_in_different_projects_are_each_its_project_s_own() -> None:
    calls = NestedCalls()
    outer, inner = call(OUTER), call(INNER, OUTER)
    calls.observe(summary_of(outer, translate(outer)), requested="project_name:shop")

    assert calls.observe(summary_of(inner, translate(inner)), requested="project_name:gateway") == []


def test_spans_that_are_each_other_s_parent_do_no_harm() -> None:
    assert demoted(make_span(span_id=OUTER, parent=INNER), make_span(span_id=INNER, parent=OUTER)) == set()


@pytest.mark.parametrize(
    ("max_spans", "is_seen"), [pytest.param(2, 1, id="at the limit"), pytest.param(1, 0, id="over it")]
)
def test_as_many_spans_are_remembered_as_may_be(max_spans: int, is_seen: int) -> None:
    calls = NestedCalls(max_spans=max_spans)
    other = call(MIDDLE)._replace(trace_id="ff" * 16)

    assert len(demoted(call(OUTER), other, call(INNER, OUTER), calls=calls)) == is_seen


def test_what_was_forgotten_counts_as_never_seen() -> None:
    calls = NestedCalls(max_spans=1)
    other = call(MIDDLE)._replace(trace_id="ff" * 16)

    assert demoted(call(OUTER), other, call(INNER, OUTER), calls=calls) == set()
