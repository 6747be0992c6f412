"""The exporter alone, wired into a processor of OpenTelemetry."""

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor

from otel_bridge import BridgeSpanExporter, BridgeSpanProcessor, set_masking_function
from otel_bridge.errors import SettingsError
from tests.support.otlp_receiver import OtlpReceiver
from tests.support.spans import ended_span


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


def test_a_configuration_names_the_place_and_the_object(receiver: OtlpReceiver) -> None:
    exporter = BridgeSpanExporter(
        endpoint=f"{receiver.url}/base", api_key="k", parent="project_name:q", headers={"x-more": "1"}
    )

    exporter.export([ended_span("a")])

    ((path, headers),) = receiver.requests
    assert path == "/base/v1/traces"
    assert (headers["authorization"], headers["x-bt-parent"], headers["x-more"]) == (
        "Bearer k",
        "project_name:q",
        "1",
    )


def test_an_endpoint_that_is_none_is_an_error_that_names_the_argument() -> None:
    with pytest.raises(SettingsError, match="endpoint"):
        BridgeSpanExporter(endpoint="localhost:4318")


@pytest.mark.parametrize("exporter_first", [True, False])
def test_spans_that_a_processor_sends_to_the_same_place_are_left_to_it(
    exporter_first: object, receiver: OtlpReceiver
) -> None:
    processors = [BatchSpanProcessor(BridgeSpanExporter()), BridgeSpanProcessor()]
    provider = TracerProvider(shutdown_on_exit=False)
    for processor in processors if exporter_first else reversed(processors):
        provider.add_span_processor(processor)

    provider.get_tracer("t").start_span("a").end()
    provider.shutdown()

    assert [span.name for span in receiver.raw_spans] == ["a"]


def test_another_place_gets_its_own_copy(receiver: OtlpReceiver) -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(BridgeSpanExporter(endpoint=f"{receiver.url}/other")))
    provider.add_span_processor(BridgeSpanProcessor())

    provider.get_tracer("t").start_span("a").end()
    provider.shutdown()

    assert sorted(path for path, _ in receiver.requests) == ["/other/v1/traces", "/v1/traces"]
