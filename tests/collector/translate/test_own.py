"""Rows of spans that our own app side made."""

from otel_bridge.contract.row import Json
from otel_bridge_collector.model import Span
from otel_bridge_collector.translate import span_writes, translate
from tests.support.otlp import make_event, make_span


def own(attributes: dict[str, Json]) -> Span:
    return make_span(attributes, scope="otel_bridge")


def test_what_our_sides_tell_each_other_is_not_in_the_row() -> None:
    row = translate(own({"braintrust.parent": "project_name:p", "error.type": "KeyError", "mine": 1}))

    assert row["metadata"] == {"mine": 1}


def test_a_span_that_tells_no_type_has_none() -> None:
    assert "type" not in (translate(own({}))["span_attributes"] or {})
    assert translate(make_span())["span_attributes"] == {"name": make_span().name, "type": "task"}


def test_a_type_that_is_told_stays() -> None:
    told = translate(own({"braintrust.span_attributes": '{"type":"tool"}'}))
    derived = translate(own({"gen_ai.operation.name": "chat"}))

    assert (told["span_attributes"] or {})["type"] == "tool"
    assert (derived["span_attributes"] or {})["type"] == "llm"


def test_a_span_that_never_ended_has_no_end() -> None:
    row = translate(own({"braintrust.unfinished": True}))

    assert list(row["metrics"] or {}) == ["start"]
    assert "metadata" not in row


def test_an_exception_is_told_by_the_error_alone() -> None:
    span = make_span(events=[make_event("exception", {"exception.message": "m"})])

    assert len(span_writes(span)) == 2
    assert len(span_writes(make_span(events=span.events, scope="otel_bridge"))) == 1
