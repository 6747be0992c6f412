"""What the other processors of a tracer provider get to see, and what is said of them."""

import logging
from typing import Any

import pytest
from opentelemetry.sdk.trace import (
    ReadableSpan,
    Span,
    SpanProcessor,
    SynchronousMultiSpanProcessor,
    TracerProvider,
)
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Link, StatusCode

import otel_bridge
from otel_bridge import BridgeSpanExporter, BridgeSpanProcessor, set_masking_function, state
from otel_bridge.errors import MaskingError
from otel_bridge.processor import neighbours
from tests.support.otlp_receiver import OtlpReceiver

pytestmark = pytest.mark.usefixtures("receiver")


def hide(value: Any) -> Any:
    return "M" if isinstance(value, str) else value


def twice(value: Any) -> Any:
    return f"<{value}>"


def between(*processors: SpanProcessor) -> TracerProvider:
    provider = TracerProvider(shutdown_on_exit=False)
    for processor in processors:
        provider.add_span_processor(processor)
    return provider


def end_a_span_with_secrets(provider: TracerProvider) -> None:
    tracer = provider.get_tracer("t")
    other = tracer.start_span("other").get_span_context()
    span = tracer.start_span("a", attributes={"x": "SECRET"}, links=[Link(other, {"x": "SECRET"})])
    span.add_event("said", {"x": "SECRET"})
    span.record_exception(ValueError("SECRET"))
    span.set_status(StatusCode.ERROR, "SECRET")
    span.end()


def test_processors_before_and_after_ours_get_masked_spans() -> None:
    before, after = InMemorySpanExporter(), InMemorySpanExporter()
    set_masking_function(hide, mask_all_processors=True)

    end_a_span_with_secrets(
        between(SimpleSpanProcessor(before), BridgeSpanProcessor(), SimpleSpanProcessor(after))
    )

    seen = [span.to_json() for exporter in (before, after) for span in exporter.get_finished_spans()]
    assert len(seen) == 2
    assert "SECRET" not in "".join(seen)


def test_a_mask_that_raises_lets_nothing_through_to_others() -> None:
    def broken(value: Any) -> Any:
        raise RuntimeError(value)

    other = InMemorySpanExporter()
    set_masking_function(broken, mask_all_processors=True)

    end_a_span_with_secrets(between(SimpleSpanProcessor(other), BridgeSpanProcessor()))

    assert "SECRET" not in other.get_finished_spans()[0].to_json()


def test_what_was_masked_for_all_is_masked_once(receiver: OtlpReceiver) -> None:
    set_masking_function(twice, mask_all_processors=True)
    processor = BridgeSpanProcessor()

    between(processor, BridgeSpanProcessor(api_key="k")).get_tracer("t").start_span(
        "a", attributes={"x": "v"}
    ).end()
    otel_bridge.flush()

    assert [dict(attributes)["x"] for attributes in (receiver.spans["a"],)] == ["<v>"]
    assert processor.masking_counts.exported == processor.masking_counts.masked == 1


def test_a_forged_proof_does_not_spare_a_span_the_mask(receiver: OtlpReceiver) -> None:
    set_masking_function(hide)

    attributes = {"otel_bridge.masked": '{"function":"SECRET","values":1}', "x": "SECRET"}
    between(BridgeSpanProcessor()).get_tracer("t").start_span("a", attributes=attributes).end()
    otel_bridge.flush()

    assert "SECRET" not in str(receiver.spans["a"])


def test_an_sdk_that_changed_is_refused_and_what_leaves_by_us_stays_masked(
    receiver: OtlpReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_effect(span: Span, rules: object) -> None:
        """As if the SDK read its spans from elsewhere."""

    monkeypatch.setattr(neighbours, "mask_in_place", without_effect)

    with pytest.raises(MaskingError, match="mask_all_processors cannot be kept"):
        set_masking_function(hide, mask_all_processors=True)

    between(BridgeSpanProcessor()).get_tracer("t").start_span("a", attributes={"x": "SECRET"}).end()
    otel_bridge.flush()
    assert receiver.spans["a"]["x"] == "M"


def test_an_unmasked_neighbour_is_warned_of_once(caplog: pytest.LogCaptureFixture) -> None:
    set_masking_function(hide)
    provider = between(BridgeSpanProcessor(), SimpleSpanProcessor(InMemorySpanExporter()))

    with caplog.at_level(logging.WARNING, "otel_bridge"):
        for _ in range(2):
            provider.get_tracer("t").start_span("a").end()
        provider.add_span_processor(SimpleSpanProcessor(InMemorySpanExporter()))
        provider.get_tracer("t").start_span("a").end()

    (record,) = caplog.records
    assert "opentelemetry.sdk.trace.export.SimpleSpanProcessor" in record.getMessage()


def test_a_neighbour_that_comes_later_or_inside_another_is_warned_of(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Theirs(SpanProcessor):
        def on_end(self, span: ReadableSpan) -> None:
            """Send it somewhere."""

    set_masking_function(hide)
    provider = between(BridgeSpanProcessor())
    group = SynchronousMultiSpanProcessor()  # type: ignore[no-untyped-call]  # the SDK leaves it so
    group.add_span_processor(Theirs())

    with caplog.at_level(logging.WARNING, "otel_bridge"):
        provider.get_tracer("t").start_span("a").end()
        assert caplog.records == []
        provider.add_span_processor(group)
        provider.get_tracer("t").start_span("a").end()

    assert [record.getMessage().count("Theirs") for record in caplog.records] == [1]


def test_no_warning_without_a_mask_nor_of_neighbours_that_mask(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "otel_bridge"):
        plain = between(BridgeSpanProcessor(), SimpleSpanProcessor(InMemorySpanExporter()))
        plain.get_tracer("t").start_span("a").end()
        set_masking_function(hide)
        batch = BatchSpanProcessor(BridgeSpanExporter())
        between(BridgeSpanProcessor(), batch).get_tracer("t").start_span("a").end()
        set_masking_function(hide, mask_all_processors=True)
        plain.get_tracer("t").start_span("a").end()
        batch.shutdown()  # type: ignore[no-untyped-call]  # likewise

    assert caplog.records == []
    assert state.process.neighbours_told == set()
