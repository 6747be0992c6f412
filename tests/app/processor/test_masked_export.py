"""Masked copies of spans and log records, whoever made them."""

from typing import Any

import pytest
from opentelemetry._logs import LogRecord
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Link, Span

from otel_bridge import state
from otel_bridge.attributes.decode import decode
from otel_bridge.masking.rules import rules_of
from otel_bridge.processor.masked_export import MaskingLogExporter, MaskingSpanExporter, masked_span
from tests.support.spans import GatedExporter, ended_span


def broken(_: Any) -> Any:
    raise KeyError("secret")


def fail_after(span: Span) -> None:
    span.add_event("said", {"text": "secret"})
    raise ValueError("secret")


def exported(exporter: MaskingSpanExporter) -> TracerProvider:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider


def test_a_failing_mask_lets_nothing_out() -> None:
    seen = InMemorySpanExporter()
    provider = exported(MaskingSpanExporter(seen, lambda: rules_of(broken)))

    with (
        pytest.raises(ValueError, match="secret"),
        provider.get_tracer("app").start_as_current_span("answer", attributes={"input": "secret"}) as span,
    ):
        fail_after(span)

    (sent,) = seen.get_finished_spans()
    assert "secret" not in sent.to_json()
    assert (sent.attributes or {})["otel_bridge.masking_error"] == "KeyError"
    assert sent.name == "answer"


def test_events_links_and_status_are_masked() -> None:
    seen = InMemorySpanExporter()
    provider = exported(
        MaskingSpanExporter(seen, lambda: rules_of(lambda value: value.replace("secret", "M")))
    )
    tracer = provider.get_tracer("app")
    other = tracer.start_span("other").get_span_context()

    with (
        pytest.raises(ValueError, match="secret"),
        tracer.start_as_current_span("answer", links=[Link(other, {"why": "secret"})]) as span,
    ):
        fail_after(span)

    (sent,) = seen.get_finished_spans()
    said, raised = sent.events
    assert (said.attributes or {})["text"] == "M"
    assert (raised.attributes or {})["exception.type"] == "ValueError"
    assert (raised.attributes or {})["exception.message"] == "M"
    assert "secret" not in str((raised.attributes or {})["exception.stacktrace"])
    assert (sent.links[0].attributes or {})["why"] == "M"
    assert sent.status.description == "ValueError: M"


def test_other_exporters_see_the_original() -> None:
    masked, original = InMemorySpanExporter(), InMemorySpanExporter()
    provider = exported(MaskingSpanExporter(masked, lambda: rules_of(lambda _: "M")))
    provider.add_span_processor(SimpleSpanProcessor(original))

    provider.get_tracer("app").start_span("a", attributes={"x": "secret"}).end()

    assert (original.get_finished_spans()[0].attributes or {})["x"] == "secret"
    assert (masked.get_finished_spans()[0].attributes or {})["x"] == "M"


def test_what_identifies_the_span_stays() -> None:
    span = ended_span("a", attributes={"x": 1})

    masked = masked_span(span, rules_of(lambda value: value))

    assert (masked.name, masked.context, masked.parent, masked.kind) == (
        span.name,
        span.context,
        span.parent,
        span.kind,
    )
    assert (masked.start_time, masked.end_time) == (span.start_time, span.end_time)
    assert (masked.resource, masked.instrumentation_scope) == (span.resource, span.instrumentation_scope)


def test_without_a_function_the_span_itself_is_exported() -> None:
    inner = GatedExporter()
    span = ended_span()

    MaskingSpanExporter(inner).export([span])

    assert inner.batches == [[span]]


def test_the_function_of_the_moment_is_used() -> None:
    inner = GatedExporter()
    exporter = MaskingSpanExporter(inner)
    state.process.masking = rules_of(lambda _: "M")

    exporter.export([ended_span(attributes={"x": "secret"})])
    exporter.force_flush()
    exporter.shutdown()

    assert (inner.batches[0][0].attributes or {})["x"] == "M"


@pytest.mark.parametrize(
    ("attributes", "error"),
    [
        pytest.param({}, "", id="no error before"),
        pytest.param(
            {"braintrust.error_json": '{"a":1}'},
            "ERROR: Failed to mask field 'braintrust.error_json' - KeyError; ",
            id="an error before",
        ),
    ],
)
def test_fields_that_are_removed_are_named_in_the_error(attributes: dict[str, str], error: str) -> None:
    span = ended_span(
        attributes={"braintrust.scores": '{"s":1}', "braintrust.metrics": '{"m":1}', **attributes}
    )

    row = decode(masked_span(span, rules_of(broken)).attributes or {})

    assert row == {
        "error": f"{error}ERROR: Failed to mask field 'scores' - KeyError;"
        " ERROR: Failed to mask field 'metrics' - KeyError"
    }


def test_the_exception_stays_part_of_the_error() -> None:
    seen = InMemorySpanExporter()
    no_numbers = lambda value: broken(value) if isinstance(value, dict) else value  # noqa: E731 - one expression
    provider = exported(MaskingSpanExporter(seen, lambda: rules_of(no_numbers)))

    with (
        pytest.raises(ValueError, match="bad"),
        provider.get_tracer("t").start_as_current_span("a", attributes={"braintrust.scores": '{"s":1}'}),
    ):
        raise ValueError("bad")

    error = decode(seen.get_finished_spans()[0].attributes or {})["error"]
    assert isinstance(error, str)
    assert error.startswith("Traceback")
    assert error.endswith("ERROR: Failed to mask field 'scores' - KeyError")


def test_a_span_that_cannot_be_masked_leaves_without_content(caplog: pytest.LogCaptureFixture) -> None:
    span = ReadableSpan("a", attributes="secret", events=ended_span().events)  # type: ignore[arg-type]  # broken

    masked = masked_span(span, rules_of(broken))

    assert masked.attributes == {"otel_bridge.masking_error": "AttributeError"}
    assert "AttributeError" in caplog.text
    assert "secret" not in caplog.text


def test_log_records_are_masked() -> None:
    seen = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]  # the SDK leaves it without annotations
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(
        SimpleLogRecordProcessor(MaskingLogExporter(seen, lambda: rules_of(lambda _: "M")))
    )

    provider.get_logger("t").emit(
        LogRecord(attributes={"braintrust.feedback.comment": "secret"}, event_name="e")
    )

    (record,) = seen.get_finished_logs()
    sent = dict(record.log_record.attributes or {})
    assert sent.pop("otel_bridge.masked")
    assert sent == {"braintrust.feedback.comment": "M"}
    assert record.log_record.event_name == "e"


def test_a_failing_mask_lets_nothing_out_of_log_records() -> None:
    seen = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]  # the SDK leaves it without annotations
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(
        SimpleLogRecordProcessor(MaskingLogExporter(seen, lambda: rules_of(broken)))
    )

    provider.get_logger("t").emit(LogRecord(attributes={"braintrust.feedback.comment": "secret"}))

    (record,) = seen.get_finished_logs()
    assert "secret" not in str(record.log_record.attributes)


def test_names_are_masked_when_asked() -> None:
    span = ended_span("secret name")
    attributes = {
        "gen_ai.tool.name": "secret",
        "braintrust.span_attributes": '{"type":"tool","name":"secret"}',
    }
    tool = ended_span("secret", attributes=attributes)
    hide = lambda value: value.replace("secret", "M") if isinstance(value, str) else value  # noqa: E731

    assert masked_span(span, rules_of(hide)).name == "secret name"
    assert masked_span(span, rules_of(hide, span_names=True)).name == "M name"
    assert masked_span(span, rules_of(broken, span_names=True)).name == (
        "ERROR: Failed to mask field 'name' - KeyError"
    )
    masked = masked_span(tool, rules_of(hide, span_names=True)).attributes or {}
    assert masked["gen_ai.tool.name"] == "M"
    assert masked["braintrust.span_attributes"] == '{"type":"tool","name":"M"}'


def test_the_resource_and_the_scope_are_masked_when_asked() -> None:
    seen = GatedExporter()
    provider = TracerProvider(resource=Resource({"host.name": "secret"}), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(seen))
    provider.get_tracer("t", "1", attributes={"x": "secret"}).start_span("a").end()
    span = seen.batches[0][0]

    kept = masked_span(span, rules_of(lambda _: "M"))
    masked = masked_span(span, rules_of(lambda _: "M", resource=True))

    assert kept.resource.attributes["host.name"] == "secret"
    assert masked.resource.attributes["host.name"] == "M"
    assert masked.instrumentation_scope is not None
    assert (masked.instrumentation_scope.name, dict(masked.instrumentation_scope.attributes or {})) == (
        "t",
        {"x": "M"},
    )


def test_a_function_can_tell_where_a_value_stands() -> None:
    span = ended_span(attributes={"braintrust.input_json": '"x"', "url.full": "x"})
    paths: list[object] = []

    def look(value: Any, path: str, span: ReadableSpan) -> Any:
        paths.append((path, span.name))
        return value

    masked_span(span, rules_of(look))

    assert paths == [("input", "a"), ("url.full", "a")]


def test_lists_of_numbers_stay_lists() -> None:
    masked = masked_span(ended_span(attributes={"n": [1, 2], "f": [0.5], "b": [True]}), rules_of(lambda v: v))

    assert {key: (masked.attributes or {})[key] for key in "nfb"} == {"n": [1, 2], "f": [0.5], "b": [True]}
