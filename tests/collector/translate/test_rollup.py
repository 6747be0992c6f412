"""Token counts that repeat those of other spans."""

from itertools import permutations

from otel_bridge.contract.row import Json
from otel_bridge_collector.model import Span
from otel_bridge_collector.translate import NestedCalls, summary_of, translate
from otel_bridge_collector.translate.rollup import is_marked
from tests.support.otlp import make_span

TOP, AGENT, TOOL, CALL, OTHER_CALL = "aa" * 8, "bb" * 8, "cc" * 8, "dd" * 8, "ee" * 8


def span(  # noqa: PLR0913 - one argument for each thing that a test may vary
    span_id: str,
    parent: str | None,
    operation: str,
    tokens: int = 0,
    *,
    model: str = "",
    prompt: str = "",
    during: tuple[int, int] = (0, 1),
) -> Span:
    said = {"gen_ai.operation.name": operation, "gen_ai.request.model": model, "gen_ai.prompt": prompt}
    attributes: dict[str, Json] = {name: value for name, value in said.items() if value}
    usage: dict[str, Json] = {"gen_ai.usage.input_tokens": tokens, "gen_ai.usage.output_tokens": tokens}
    return make_span(
        {**attributes, **(usage if tokens else {})},
        span_id=span_id,
        parent=parent,
        from_ms=during[0],
        to_ms=during[1],
    )


def marked(*spans: Span) -> set[str]:
    calls = NestedCalls()
    writes = [write for each in spans for write in calls.observe(summary_of(each, translate(each)))]
    return {write.row.get("id", "") for write in writes if is_marked(write.row)}


def test_an_agent_that_repeats_the_sum_of_its_calls_is_marked_whatever_the_order() -> None:
    spans = [
        span(AGENT, None, "invoke_agent", 30),
        span(CALL, AGENT, "chat", 10),
        span(OTHER_CALL, AGENT, "chat", 20),
    ]

    assert all(marked(*order) == {AGENT} for order in permutations(spans))


def test_one_call_that_shows_it_twice_is_told_once() -> None:
    agent, call = span(AGENT, None, "invoke_agent", 10), span(CALL, AGENT, "chat", 10)
    calls = NestedCalls()

    told = [calls.observe(summary_of(each, translate(each))) for each in (agent, call)]

    assert [[write.row["id"] for write in writes] for writes in told] == [[], [AGENT]]


def test_every_span_above_a_call_is_marked_whatever_the_order() -> None:
    spans = [
        span(TOP, None, "invoke_workflow", 10),
        span(AGENT, TOP, "invoke_agent", 10),
        span(TOOL, AGENT, "execute_tool"),
        span(CALL, TOOL, "chat", 10),
    ]

    assert all(marked(*order) == {TOP, AGENT} for order in permutations(spans))


def test_an_agent_whose_sum_leaves_out_the_agent_below_it_is_marked() -> None:
    spans = [
        span(TOP, None, "invoke_agent", 10),
        span(CALL, TOP, "chat", 10),
        span(AGENT, TOP, "invoke_agent", 20),
        span(OTHER_CALL, AGENT, "chat", 20),
    ]

    assert marked(*spans) == {TOP, AGENT}


def test_an_agent_is_marked_although_the_span_between_it_and_its_call_never_comes() -> None:
    spans = [
        span(TOP, None, "execute_tool", during=(0, 9)),
        span(AGENT, TOP, "invoke_agent", 10, during=(1, 8)),
        span(CALL, TOOL, "chat", 10, during=(2, 7)),
    ]

    assert all(marked(*order) == {AGENT} for order in permutations(spans))


def test_an_agent_that_ran_beside_a_call_is_not_marked() -> None:
    spans = [
        span(TOP, None, "execute_tool", during=(0, 9)),
        span(AGENT, TOP, "invoke_agent", 10, during=(1, 4)),
        span(CALL, TOOL, "chat", 10, during=(3, 7)),
    ]

    assert all(marked(*order) == set() for order in permutations(spans))


def test_an_agent_with_nothing_below_it_that_counts_is_a_leaf() -> None:
    spans = [
        span(TOP, None, "invoke_workflow"),
        span(AGENT, TOP, "invoke_agent", 10),
        span(CALL, AGENT, "chat"),
    ]

    assert marked(*spans) == set()


def test_a_call_beneath_whose_tool_another_call_is_made_counts_itself() -> None:
    spans = [
        span(AGENT, None, "chat", 10, model="m"),
        span(TOOL, AGENT, "execute_tool"),
        span(CALL, TOOL, "chat", 20, model="m"),
    ]

    assert all(marked(*order) == set() for order in permutations(spans))


def test_of_two_spans_of_one_call_the_repetition_is_marked() -> None:
    spans = [span(AGENT, None, "chat", 10, model="m"), span(CALL, AGENT, "chat", 10, model="m")]

    assert all(marked(*order) == {CALL} for order in permutations(spans))


def test_of_two_spans_of_one_call_the_only_one_with_tokens_counts() -> None:
    spans = [
        span(AGENT, None, "chat", model="m", prompt="why?"),
        span(CALL, AGENT, "chat", 10, model="m"),
    ]

    assert all(marked(*order) == set() for order in permutations(spans))


def test_spans_that_are_each_other_s_parent_end() -> None:
    assert marked(span(TOP, AGENT, "invoke_agent", 1), span(AGENT, TOP, "invoke_agent", 1)) == {TOP, AGENT}
