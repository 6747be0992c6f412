"""Rows of our spans that are encoded by the thread that exports, and when they are not."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.proto.trace.v1.trace_pb2 import Span as SpanMessage
from opentelemetry.sdk.trace import (
    ConcurrentMultiSpanProcessor,
    ReadableSpan,
    Span,
    SpanLimits,
    TracerProvider,
)
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import otel_bridge
from otel_bridge import BridgeSpanProcessor, init_logger, set_masking_function, start_span
from otel_bridge.attributes import to_json
from otel_bridge.contract import names
from otel_bridge.processor import writing
from tests.support.otlp_receiver import OtlpReceiver, attributes


class Looking(BridgeSpanProcessor):
    """Of an app that looks at what ends.

    Attributes:
        seen: the names of the attributes of each span.
    """

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[set[str]] = []

    def on_end(self, span: ReadableSpan) -> None:
        self.seen.append(set(span.attributes or {}))
        super().on_end(span)


def logged(provider: TracerProvider, **event: Any) -> ReadableSpan:
    """A span of ours that has ended, as it stands then."""
    init_logger("p", tracer_provider=provider)
    span = start_span("a", **event)
    otel_span = trace.get_current_span(span._context())  # type: ignore[attr-defined]  # the handle shows no OTel span
    span.end()
    assert isinstance(otel_span, Span)
    return otel_span


def is_written(span: ReadableSpan) -> bool:
    return names.INPUT_JSON in (span.attributes or {})


@pytest.fixture
def provider() -> TracerProvider:
    return TracerProvider(shutdown_on_exit=False)


def everything(provider: TracerProvider) -> None:
    """Spans with all that a row can say, some of it twice."""
    messages = [{"role": "user", "content": "héllo"}]
    with start_span("m", type="llm", input=messages, propagated_event={"metadata": {"user": "ü"}}) as span:
        span.log(output=[{"role": "assistant", "content": "\ud800", "finish_reason": "stop"}])
        span.log(
            metrics={"prompt_tokens": 3, "completion_tokens": 2**70},
            metadata={"model": "gpt", "session_id": "s"},
        )
        span.log(scores={"s": 0.5}, tags=["a", "b"], expected={"x": [1, None, 2.5]}, surplus={"y": ()})
        with provider.get_tracer("others").start_as_current_span("theirs"):
            pass
    with pytest.raises(KeyError), start_span("t", type="tool", input={"q": 1}, id="own"):
        raise KeyError("k")
    start_span("e", error="bad", span_attributes={"purpose": "scorer"}).end()
    unfinished = start_span("u", input=1)
    unfinished.abandon()  # type: ignore[attr-defined]  # as the end of the process does


def sent(receiver: OtlpReceiver, make: Callable[[], None]) -> list[bytes]:
    """What `make` sends, span by span, without what differs from run to run."""
    before = len(receiver.raw_spans)
    make()
    otel_bridge.flush()
    return [_comparable(span) for span in receiver.raw_spans[before:]]


def _comparable(span: SpanMessage) -> bytes:
    copy = SpanMessage()
    copy.CopyFrom(span)
    for name in ("trace_id", "span_id", "parent_span_id", "start_time_unix_nano", "end_time_unix_nano"):
        copy.ClearField(name)
    for event in copy.events:
        event.ClearField("time_unix_nano")
    return copy.SerializeToString(deterministic=True)


@pytest.mark.parametrize("masking", [pytest.param(None, id="plain"), pytest.param(str.upper, id="masked")])
def test_what_is_sent_is_the_same_to_the_byte_either_way(
    receiver: OtlpReceiver, provider: TracerProvider, monkeypatch: pytest.MonkeyPatch, masking: Any
) -> None:
    set_masking_function(masking and (lambda value: masking(value) if isinstance(value, str) else value))
    init_logger("p", tracer_provider=provider)
    counters = (itertools.count(1), itertools.count(1))

    def begin(counter: Any) -> None:
        otel_bridge.state.process.spans_started = counter
        everything(provider)

    late = sent(receiver, lambda: begin(counters[0]))
    monkeypatch.setattr("otel_bridge.api.recording.may_wait", lambda *_: False)
    eager = sent(receiver, lambda: begin(counters[1]))

    assert late
    assert late == eager


def test_a_row_is_encoded_by_the_thread_that_exports(
    receiver: OtlpReceiver, provider: TracerProvider
) -> None:
    ended = logged(provider, input={"q": 1})

    assert not is_written(ended)
    otel_bridge.flush()
    assert attributes(receiver.raw_spans[0])[names.INPUT_JSON] == '{"q":1}'


def test_what_was_logged_may_change_afterwards(receiver: OtlpReceiver, provider: TracerProvider) -> None:
    question = {"q": ["as logged"]}
    logged(provider, input=question)
    question["q"].append("later")
    otel_bridge.flush()

    assert attributes(receiver.raw_spans[0])[names.INPUT_JSON] == '{"q":["as logged"]}'


@pytest.mark.usefixtures("receiver")
def test_another_processor_sees_the_row(provider: TracerProvider) -> None:
    seen = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(seen))

    logged(provider, input=1)

    assert is_written(seen.get_finished_spans()[0])


@pytest.mark.usefixtures("receiver")
def test_a_processor_that_builds_on_ours_sees_the_row(provider: TracerProvider) -> None:
    looking = Looking()
    provider.add_span_processor(looking)

    logged(provider, input=1)

    assert names.INPUT_JSON in looking.seen[0]


@pytest.mark.usefixtures("receiver")
def test_a_filter_of_the_app_sees_the_row(provider: TracerProvider) -> None:
    seen: list[ReadableSpan] = []
    provider.add_span_processor(BridgeSpanProcessor(custom_filter=lambda span: seen.append(span) or True))  # type: ignore[func-returns-value]  # a filter that looks

    logged(provider, input=1)

    assert is_written(seen[0])


@pytest.mark.parametrize(
    "limits",
    [
        pytest.param(SpanLimits(max_span_attribute_length=10_000), id="length"),
        pytest.param(SpanLimits(max_span_attributes=60), id="count"),
    ],
)
@pytest.mark.usefixtures("receiver")
def test_where_a_limit_may_cut_the_row_is_encoded_at_once(limits: SpanLimits) -> None:
    assert is_written(logged(TracerProvider(span_limits=limits, shutdown_on_exit=False), input=1))


@pytest.mark.usefixtures("receiver")
def test_where_spans_are_handed_to_processors_in_other_threads_the_row_is_encoded_at_once() -> None:
    provider = TracerProvider(
        active_span_processor=ConcurrentMultiSpanProcessor(1),
        shutdown_on_exit=False,
    )

    assert is_written(logged(provider, input=1))


@pytest.mark.usefixtures("receiver")
def test_where_all_processors_are_masked_the_row_is_encoded_at_once(provider: TracerProvider) -> None:
    set_masking_function(lambda value: value, mask_all_processors=True)

    assert is_written(logged(provider, input=1))


def test_a_row_that_cannot_be_encoded_costs_no_other(
    receiver: OtlpReceiver,
    provider: TracerProvider,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(to_json, "_encode", failing(to_json._encode))
    logged(provider, input={"fails": 1})
    logged(provider, input={"q": 1})
    otel_bridge.flush()

    bad, good = receiver.raw_spans
    assert names.INPUT_JSON not in attributes(bad)
    assert attributes(good)[names.INPUT_JSON] == '{"q":1}'
    assert "a span is sent without what was logged to it: ValueError" in caplog.text


def failing(encode: Callable[[Any], str]) -> Callable[[Any], str]:
    def encode_or_fail(value: Any) -> str:
        if value == {"fails": 1}:
            raise ValueError("secret")
        return encode(value)

    return encode_or_fail


def test_no_row_is_kept_longer_than_its_span(receiver: OtlpReceiver, provider: TracerProvider) -> None:
    logged(provider, input={"q": 1})
    otel_bridge.flush()

    assert receiver.raw_spans
    assert not otel_bridge.state.process.unwritten


def test_a_span_of_others_is_sent_as_it_ended(receiver: OtlpReceiver, provider: TracerProvider) -> None:
    init_logger("p", tracer_provider=provider)
    provider.get_tracer("t").start_span("theirs", attributes={"x": 1}).end()
    otel_bridge.flush()

    assert attributes(receiver.raw_spans[0])["x"] == 1


def test_a_span_that_does_not_record_has_nothing_to_wait() -> None:
    assert not writing.may_wait(trace.INVALID_SPAN, 1)
