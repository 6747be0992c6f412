"""Starting where OpenTelemetry starts nothing, or where others break it."""

import logging

import pytest
from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider

from otel_bridge import NOOP_SPAN, init_logger, start_span
from otel_bridge.contract.slug import ObjectType, SpanComponents
from tests.support.app import App


class BrokenAtTheEnd(SpanProcessor):
    def on_end(self, span: ReadableSpan) -> None:  # noqa: ARG002 - the interface
        raise RuntimeError("secret")


class Broken(SpanProcessor):
    def on_start(self, span: Span, parent_context: Context | None = None) -> None:  # noqa: ARG002 - the interface
        raise RuntimeError("secret")


def test_where_opentelemetry_is_switched_off_there_is_no_span(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    init_logger(project="p", tracer_provider=TracerProvider(shutdown_on_exit=False))

    assert start_span("a") is NOOP_SPAN


def test_a_processor_of_others_that_raises_does_not_stop_the_app(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    app.provider.add_span_processor(Broken())

    with caplog.at_level(logging.WARNING), start_span("a") as span:
        span.log(output=1)

    assert span is NOOP_SPAN
    assert "RuntimeError" in caplog.text
    assert "secret" not in caplog.text


def test_a_processor_of_others_that_raises_at_the_end_does_not_stop_the_app(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    app.provider.add_span_processor(BrokenAtTheEnd())

    with caplog.at_level(logging.WARNING), start_span("a"):
        pass

    assert "RuntimeError" in caplog.text
    assert app.row("a") == {"type": "task"}


def test_a_wrong_field_raises_before_anything_starts(app: App) -> None:
    with pytest.raises(ValueError, match="span_attributes must be a dictionary"):
        start_span("a", span_attributes=[1])  # type: ignore[arg-type]  # wrong on purpose

    assert app.receiver.spans == {}


def test_a_child_of_an_old_slug_keeps_the_ids_of_the_slug(app: App) -> None:
    ids = {"row_id": "r", "span_id": "11111111-1111-1111-1111-111111111111", "root_span_id": "root"}
    slug = SpanComponents(object_type=ObjectType.PROJECT_LOGS, object_id="i", **ids).encode()  # type: ignore[arg-type]  # ids are texts

    with start_span("c", parent=slug) as child, start_span("g") as grandchild:
        pass

    assert child.root_span_id == grandchild.root_span_id == "root"
    assert child.span_parents == [ids["span_id"]]
    assert app.row("c")["span_parents"] == [ids["span_id"]]
    assert app.row("g")["root_span_id"] == "root"
    assert "span_parents" not in app.row("g")


def test_spans_are_numbered_in_the_order_of_their_start(app: App) -> None:
    with start_span("a"), start_span("b"):
        pass

    assert '"exec_counter":1' in app.attributes("a")["braintrust.span_attributes"]
    assert '"exec_counter":2' in app.attributes("b")["braintrust.span_attributes"]
