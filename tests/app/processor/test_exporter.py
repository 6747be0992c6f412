"""The exporter alone, wired into a processor of OpenTelemetry."""

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from otel_bridge import BridgeSpanExporter, set_masking_function
from tests.support.otlp_receiver import OtlpReceiver


def test_what_it_sends_is_masked(receiver: OtlpReceiver) -> None:
    set_masking_function(lambda _: "M")
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(BridgeSpanExporter()))

    provider.get_tracer("t").start_span("a", attributes={"x": "secret"}).end()
    provider.force_flush()
    provider.shutdown()

    assert receiver.spans["a"]["x"] == "M"


def test_nothing_waits_in_it(receiver: OtlpReceiver) -> None:
    assert BridgeSpanExporter().force_flush() is not False
    assert receiver.requests == []
