"""Feedback and updates that reach a row without its span."""

from collections.abc import Callable
from typing import Any

import pytest

from otel_bridge import current_span, log_feedback, start_span, update_span
from otel_bridge.contract.slug import SlugError
from otel_bridge.errors import NoLoggerError
from tests.support.app import App


def test_feedback_goes_to_the_project_of_the_logger(app: App) -> None:  # V65
    app.logger.log_feedback(
        "row",
        scores={"s": True},
        expected={"a": 1},
        tags=["t"],
        comment="c",
        metadata={"user": "u"},
        source="app",
    )

    ((event_name, sent),) = app.records()
    assert len(sent.pop("braintrust.feedback.fact_id")) == 32
    assert event_name == "braintrust.feedback"
    assert sent == {
        "braintrust.feedback.id": "row",
        "braintrust.feedback.scores": '{"s":1}',
        "braintrust.feedback.expected_json": '{"a":1}',
        "braintrust.feedback.tags": ["t"],
        "braintrust.feedback.comment": "c",
        "braintrust.feedback.metadata": '{"user":"u"}',
        "braintrust.feedback.source": "app",
        "braintrust.parent": "project_name:p",
    }


def test_a_comment_that_is_no_text_is_told_as_one(app: App) -> None:
    app.logger.log_feedback("row", comment=5)  # type: ignore[arg-type]  # the mistake is the point

    ((_, sent),) = app.records()
    assert sent["braintrust.feedback.comment"] == "5"


def test_each_feedback_is_a_fact_of_its_own(app: App) -> None:
    log_feedback("row", comment="")
    log_feedback("row", comment="")

    first, second = (sent for _, sent in app.records())
    assert first["braintrust.feedback.fact_id"] != second["braintrust.feedback.fact_id"]
    assert first["braintrust.feedback.source"] == "external"


@pytest.mark.parametrize(
    ("event", "message"),
    [
        pytest.param({"comment": "c", "source": "me"}, "source must be one of", id="source"),
        pytest.param({}, "At least one of scores, expected, tags, or comment", id="nothing"),
        pytest.param({"scores": {"s": 2}}, "score values must be between 0 and 1", id="score"),
        pytest.param({"scores": {"s": float("nan")}}, "score values must be between 0 and 1", id="NaN"),
        pytest.param({"tags": ["a", "a"]}, "duplicate tag: a", id="tags"),
    ],
)
def test_wrong_feedback_raises_the_error_of_braintrust(
    app: App, event: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        app.logger.log_feedback("row", **event)  # type: ignore[arg-type]  # wrong on purpose

    assert app.records() == []


@pytest.mark.parametrize(
    "row_id",
    [
        pytest.param(lambda: None, id="none"),
        pytest.param(lambda: 5, id="number"),
        pytest.param(lambda: current_span().id, id="of no span"),
        pytest.param(lambda: start_span("a"), id="span"),
    ],
)
def test_feedback_and_updates_of_no_row_say_what_an_id_is(app: App, row_id: Callable[[], Any]) -> None:
    wrong = row_id()

    with pytest.raises(ValueError, match=r"a non-empty string: span\.id, or what log\(\) returned"):
        log_feedback(wrong, comment="c")
    with pytest.raises(ValueError, match=r"a non-empty string: span\.id, or what log\(\) returned"):
        app.logger.update_span(wrong, output=1)

    assert app.records() == []


def test_feedback_without_a_logger_is_an_error() -> None:
    with pytest.raises(NoLoggerError, match="init_logger"):
        log_feedback("row", comment="c")


def test_an_exported_span_is_updated(app: App) -> None:  # V71
    with start_span("a", id="mine") as span:
        slug = span.export()

    update_span(slug, output=5, span_id="ignored")

    ((event_name, sent),) = app.records()
    assert event_name == "braintrust.update"
    assert sent == {
        "braintrust.output_json": "5",
        "braintrust.row_id": "mine",
        "braintrust.parent": "project_name:p",
    }
    assert app.receiver.raw_records[0].span_id.hex() == span.span_id
    assert app.receiver.raw_records[0].trace_id.hex() == span.root_span_id


def test_what_is_no_exported_span_cannot_be_updated(app: App) -> None:
    with pytest.raises(SlugError):
        update_span("", output=1)
    with pytest.raises(ValueError, match="must have a row_id"):
        update_span(app.logger.export(), output=1)
    with pytest.raises(ValueError, match="Cannot specify id"):
        update_span(app.logger.export(), id="x")
