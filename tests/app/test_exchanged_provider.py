"""A tracer provider that exchanges what stands behind it, as Logfire's does when it is configured again."""

from typing import Any

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider

import otel_bridge
from otel_bridge import start_span
from tests.support.otlp_receiver import OtlpReceiver


class Exchanging:
    """Passes everything on to `provider`."""

    def __init__(self) -> None:
        self.provider = TracerProvider(shutdown_on_exit=False)

    @property
    def resource(self) -> Resource:
        return self.provider.resource

    def add_span_processor(self, span_processor: SpanProcessor) -> None:
        self.provider.add_span_processor(span_processor)

    def get_tracer(self, *arguments: Any, **named: Any) -> trace.Tracer:
        outer = self

        class Late(trace.NoOpTracer):
            def start_span(self, *args: Any, **options: Any) -> trace.Span:
                return outer.provider.get_tracer(*arguments, **named).start_span(*args, **options)

        return Late()

    def exchange(self) -> None:
        self.provider.shutdown()
        self.provider = TracerProvider(shutdown_on_exit=False)


def sent(receiver: OtlpReceiver) -> list[str]:
    otel_bridge.flush()
    return sorted(span.name for span in receiver.raw_spans)


def test_our_spans_follow_to_the_new_one(receiver: OtlpReceiver) -> None:
    provider: Any = Exchanging()
    otel_bridge.init_logger(project="p", tracer_provider=provider)
    start_span("before").end()
    provider.exchange()

    start_span("after").end()
    provider.get_tracer("library").start_span("library").end()

    assert sent(receiver) == ["after", "before", "library"]


def test_so_does_a_logger_with_a_key_of_its_own(receiver: OtlpReceiver) -> None:
    provider: Any = Exchanging()
    otel_bridge.init_logger(project="p", tracer_provider=provider, api_key="a")
    other = otel_bridge.init_logger(project="q", tracer_provider=provider, api_key="b", set_current=False)
    other.start_span("before").end()
    provider.exchange()

    other.start_span("after").end()
    start_span("ours").end()

    assert sent(receiver) == ["after", "before", "ours"]
    keys = [headers["authorization"] for _, headers in receiver.requests]
    assert sorted(keys) == ["Bearer a", "Bearer b", "Bearer b"]


def test_a_new_logger_brings_the_spans_of_others_along(receiver: OtlpReceiver) -> None:
    provider: Any = Exchanging()
    otel_bridge.init_logger(project="p", tracer_provider=provider)
    provider.exchange()

    for _ in range(2):
        otel_bridge.init_logger(project="p", tracer_provider=provider)
    provider.get_tracer("library").start_span("library").end()

    assert sent(receiver) == ["library"]
