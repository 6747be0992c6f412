"""Conditions on whole traces."""

import pytest

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.parser import parse_expression
from otel_bridge_collector.query.printer import print_expression
from otel_bridge_collector.query.trace import split_filter, terms_of, without_span_filters
from tests.support.rows import Asking


def spans(example: Asking, condition: str, rest: str = "") -> str:
    found = example.rows(f"from: project_logs('p') traces | filter: {condition} {rest}")
    return "".join(str(row["id"]) for row in found)


@pytest.mark.parametrize(
    ("condition", "ids"),
    [
        pytest.param("error IS NOT NULL", "cd", id="81"),
        pytest.param("ANY_SPAN(error IS NOT NULL) AND ANY_SPAN(span_attributes.type = 'llm')", "cd", id="82"),
        pytest.param("error IS NOT NULL AND span_attributes.type = 'task'", "", id="83-one-span-holds-both"),
        pytest.param("ANY_SPAN(is_root AND error IS NOT NULL)", "", id="84"),
        pytest.param("NOT ANY_SPAN(error IS NOT NULL)", "eab", id="85"),
        pytest.param(
            "NOT ANY_SPAN(type = 'score' AND ANY_SPAN(name = 'null_score'))", "ecdab", id="86-flattened"
        ),
        pytest.param("FILTER_SPANS(span_attributes.type = 'llm')", "db", id="88"),
        pytest.param("FILTER_SPANS(type = 'llm') AND ANY_SPAN(error IS NOT NULL)", "d", id="chosen-spans"),
        pytest.param("ANY_SPAN(error IS NOT NULL) OR metrics.tokens = 20", "ecd", id="or"),
        pytest.param("ANY_SPAN(tags IS NULL) AND metrics.tokens = 100 AND is_root", "ab", id="beside"),
    ],
)
def test_the_traces_of_the_reference(example: Asking, condition: str, ids: str) -> None:
    assert spans(example, condition) == ids


def test_the_trace_filter_clause_chooses_spans(example: Asking) -> None:
    assert spans(example, "error IS NOT NULL", "| trace_filter: type = 'task'") == "c"


@pytest.mark.parametrize(
    "condition",
    [
        pytest.param("NOT ANY_SPAN(ANY_SPAN(is_root) AND ANY_SPAN(is_root))", id="87-not-over-two"),
        pytest.param("ANY_SPAN(ANY_SPAN(ANY_SPAN(is_root)))", id="three-levels"),
        pytest.param("ANY_SPAN(is_root) = true", id="in-a-comparison"),
    ],
)
def test_what_cannot_be_answered_is_refused(example: Asking, condition: str) -> None:
    with pytest.raises(QueryError) as caught:
        spans(example, condition)

    assert caught.value.code == "spanFilterNesting"


def test_a_span_filter_has_one_condition(example: Asking) -> None:
    with pytest.raises(QueryError, match="expected one condition"):
        spans(example, "ANY_SPAN(is_root, error)")


def test_single_spans_need_no_span_filter(example: Asking) -> None:
    assert example.ids("ANY_SPAN(error IS NOT NULL AND FILTER_SPANS(is_root = false))") == "d"
    assert print_expression(without_span_filters(parse_expression("ANY_SPAN(a) AND b"))) == "a AND b"


def test_a_filter_is_split_into_traces_and_spans() -> None:
    traces, chosen = split_filter(parse_expression("a AND FILTER_SPANS(b) AND FILTER_SPANS(c)"))

    assert (traces, chosen) == (parse_expression("a"), parse_expression("b AND c"))
    assert split_filter(None) == (None, None)


def test_a_condition_without_and_is_one_term() -> None:
    assert terms_of(parse_expression("a OR b")) == (parse_expression("a OR b"),)
