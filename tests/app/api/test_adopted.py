"""Spans of plain OpenTelemetry, logged to as if they were ours."""

import pytest
from opentelemetry import trace
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from otel_bridge import NOOP_SPAN, current_span, start_span
from otel_bridge.contract.slug import SpanComponents
from tests.support.app import App


def test_the_current_span_of_others_can_be_logged_to(app: App) -> None:
    with app.tracer.start_as_current_span("otel"):
        current_span().log(input={"a": 1}, metadata={"k": 1}, tags=["x"])
        current_span().log(metadata={"j": 2}, tags=["y"])

    assert app.row("otel") == {"input": {"a": 1}, "metadata": {"k": 1, "j": 2}, "tags": ["x", "y"]}


def test_it_has_the_ids_of_the_span_of_others(app: App) -> None:
    with start_span("p") as p, app.tracer.start_as_current_span("otel") as otel:
        span = current_span()

    assert span.id == span.span_id == trace.format_span_id(otel.get_span_context().span_id)
    assert (span.root_span_id, span.span_parents) == (p.root_span_id, [p.span_id])
    assert span.name == "otel"
    assert SpanComponents.decode(span.export()).compute_object_metadata_args == {"project_name": "p"}
    assert span.span_id in span.inject()["traceparent"]


def test_its_owner_ends_it(app: App) -> None:
    with app.tracer.start_as_current_span("otel") as otel:
        with current_span() as span:
            span.set_current()
            span.unset_current()
        assert span.end(5) == span.close(5) == 5
        assert otel.is_recording()


def test_an_error_that_is_logged_is_its_error(app: App) -> None:
    with app.tracer.start_as_current_span("otel"):
        current_span().log(error="bad")

    assert app.row("otel")["error"] == "bad"
    assert app.receiver.raw_spans[0].status.code == Status.STATUS_CODE_ERROR


def test_its_attributes_can_be_set(app: App) -> None:
    with app.tracer.start_as_current_span("otel"):
        current_span().set_attributes(name="renamed", type="llm", span_attributes={"x": 1})

    assert app.row("renamed") == {"type": "llm", "x": 1}


def test_it_has_children_of_ours(app: App) -> None:
    with app.tracer.start_as_current_span("otel") as otel, current_span().start_span("c", input=1) as child:
        pass

    assert child.span_parents == [trace.format_span_id(otel.get_span_context().span_id)]
    assert app.row("c") == {"input": 1}


def test_feedback_names_it(app: App) -> None:
    with app.tracer.start_as_current_span("otel"):
        span = current_span()
        span.log_feedback(comment="c")
        span.flush()

    ((_, sent),) = app.records()
    assert sent["braintrust.feedback.id"] == span.id


def test_a_wrong_field_raises_the_error_of_braintrust(app: App) -> None:
    with (
        app.tracer.start_as_current_span("otel"),
        pytest.raises(ValueError, match="score names must be strings"),
    ):
        current_span().log(scores={1: 1})


def test_a_span_of_others_that_ended_is_not_current(app: App) -> None:
    with app.tracer.start_as_current_span("otel") as otel:
        otel.end()

        assert current_span() is NOOP_SPAN
