"""The names of `braintrust.otel`."""

from collections.abc import Iterator

import pytest
from braintrust.otel import parent_from_headers as their_parent_from_headers
from opentelemetry import baggage, trace
from opentelemetry import context as otel_context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import otel_bridge
from otel_bridge import otel, start_span
from otel_bridge.contract.slug import SlugError, SpanComponents
from tests.support.app import App
from tests.support.otlp_receiver import OtlpReceiver, attributes

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def provider() -> Iterator[TracerProvider]:
    made = TracerProvider(shutdown_on_exit=False)
    yield made
    made.shutdown()


def test_s65_the_processor_sends_with_its_arguments(receiver: OtlpReceiver, provider: TracerProvider) -> None:
    otel.add_braintrust_span_processor(
        provider, "k", "project_id:i", receiver.url, filter_ai_spans=True, headers={"x-mine": "1"}
    )
    tracer = provider.get_tracer("app")
    tracer.start_span("gen_ai.chat").end()
    tracer.start_span("GET /").end()
    provider.force_flush()

    ((path, headers),) = receiver.requests
    assert path == "/otel/v1/traces"
    assert (headers["authorization"], headers["x-bt-parent"], headers["x-mine"]) == (
        "Bearer k",
        "project_id:i",
        "1",
    )
    assert {name: given["braintrust.parent"] for name, given in receiver.spans.items()} == {
        "gen_ai.chat": "project_id:i"
    }


def test_s65_the_parent_is_that_of_the_context_then_the_baggage_then_the_span_above(
    receiver: OtlpReceiver, provider: TracerProvider
) -> None:
    provider.add_span_processor(otel.BraintrustSpanProcessor(parent="project_name:default"))
    tracer = provider.get_tracer("app")
    in_context = otel_context.set_value("braintrust.parent", "project_name:context")
    in_baggage = baggage.set_baggage("braintrust.parent", "project_name:baggage")
    below = trace.set_span_in_context(
        tracer.start_span("x", attributes={"braintrust.parent": "project_name:above"})
    )

    tracer.start_span(
        "context", baggage.set_baggage("braintrust.parent", "project_name:no", in_context)
    ).end()
    tracer.start_span("baggage", in_baggage).end()
    tracer.start_span("above", below).end()
    tracer.start_span("default").end()
    provider.force_flush()

    assert all(
        attributes(span)["braintrust.parent"] == f"project_name:{span.name}" for span in receiver.raw_spans
    )
    assert len(receiver.raw_spans) == 4


def test_s65_a_processor_that_does_not_batch_sends_each_span_at_once(
    receiver: OtlpReceiver, provider: TracerProvider
) -> None:
    provider.add_span_processor(otel.BraintrustSpanProcessor(SpanProcessor=SimpleSpanProcessor))

    provider.get_tracer("app").start_span("a").end()

    assert "a" in receiver.spans


def test_v87_ai_spans_are_kept_and_roots_are_not(provider: TracerProvider) -> None:
    seen = InMemorySpanExporter()
    custom = {"keep": True, "drop": False}
    provider.add_span_processor(
        otel.AISpanProcessor(SimpleSpanProcessor(seen), lambda span: custom.get(span.name))
    )
    tracer = provider.get_tracer("app")

    for name, given in {
        "root": {}, "gen_ai.x": {}, "z": {"llm.z": 1}, "keep": {}, "drop": {"gen_ai.x": 1}, "db": {"db.x": 1},
        "routed": {"braintrust.parent": "project_name:p"},
    }.items():  # fmt: skip
        tracer.start_span(name, attributes=given).end()  # type: ignore[arg-type]  # plain values

    assert [span.name for span in seen.get_finished_spans()] == ["gen_ai.x", "z", "keep", "routed"]


def test_s66_the_exporter_masks_and_sends(receiver: OtlpReceiver, provider: TracerProvider) -> None:
    otel_bridge.set_masking_function(lambda _value: "***")
    exporter = otel.OtelExporter(url=f"{receiver.url}/v1/traces", api_key="k", parent="project_name:q")
    provider.add_span_processor(SimpleSpanProcessor(exporter))

    provider.get_tracer("app").start_span("a", attributes={"input": "secret"}).end()

    assert receiver.spans["a"]["input"] == "***"
    assert receiver.requests[0][1]["x-bt-parent"] == "project_name:q"


def test_s66_an_exported_span_becomes_an_otel_context(app: App) -> None:
    with start_span("p") as p:
        slug = p.export()

    context = otel.context_from_span_export(slug)

    above = trace.get_current_span(context).get_span_context()
    assert (trace.format_span_id(above.span_id), above.is_remote) == (p.span_id, True)
    assert baggage.get_baggage("braintrust.parent", context) == "project_name:p"
    with pytest.raises(ValueError, match="names no span"):
        otel.context_from_span_export(app.logger.export())
    with pytest.raises(SlugError):
        otel.context_from_span_export("junk")


def test_s66_a_parent_is_put_into_the_baggage(provider: TracerProvider) -> None:
    span = provider.get_tracer("app").start_span("a", attributes={"braintrust.parent": "project_name:p"})

    token = otel.add_span_parent_to_baggage(span)

    assert baggage.get_baggage("braintrust.parent") == "project_name:p"
    assert token is not None
    otel_context.detach(token)
    assert baggage.get_baggage("braintrust.parent") is None


def test_s66_a_span_without_a_parent_puts_nothing_there(caplog: pytest.LogCaptureFixture) -> None:
    assert otel.add_span_parent_to_baggage(trace.INVALID_SPAN) is None
    assert "no attribute braintrust.parent" in caplog.text


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(
            {"traceparent": TRACEPARENT, "baggage": "braintrust.parent=project_name%3Ap"}, id="name"
        ),
        pytest.param({"traceparent": TRACEPARENT, "baggage": "braintrust.parent=project_id%3Ai"}, id="id"),
        pytest.param(
            {"traceparent": TRACEPARENT, "baggage": "braintrust.parent=experiment_id%3Ae"}, id="experiment"
        ),
        pytest.param({"traceparent": TRACEPARENT}, id="no baggage"),
        pytest.param({"traceparent": TRACEPARENT, "baggage": "braintrust.parent=junk"}, id="junk"),
        pytest.param({"baggage": "braintrust.parent=project_name%3Ap"}, id="no span"),
        pytest.param({}, id="nothing"),
    ],
)
def test_s66_a_slug_of_headers_is_that_of_braintrust(headers: dict[str, str]) -> None:
    ours, theirs = otel.parent_from_headers(headers), their_parent_from_headers(headers)

    assert (ours and SpanComponents.decode(ours)) == (theirs and SpanComponents.decode(theirs))


def test_s66_roots_are_told(provider: TracerProvider) -> None:
    with provider.get_tracer("app").start_as_current_span("root") as root:
        child = provider.get_tracer("app").start_span("child")

    assert [otel.is_root_span(span) for span in (root, child)] == [True, False]  # type: ignore[arg-type]  # of the SDK
