"""How each library is told to trace the workloads: its own decorator, its own model call, its own flush.

They are imported by name when they are asked for, because each stands in an environment of its own.
"""

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

_SECRET: Final = re.compile(r"sk-[A-Za-z0-9]{16,}")
MODEL: Final = "gpt-5"

Mask = Callable[[Any], Any]
Decorator = Callable[[Any], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """What is measured.

    Attributes:
        traced: decorates a function, plain or async.
        chat: records a model call: messages, answer, tokens of both.
        flush: waits until everything was sent.
        lost: how many spans the library says it lost; None where it does not say.
    """

    traced: Decorator
    chat: Callable[[Any, Any, int, int], None]
    flush: Callable[[], object]
    lost: Callable[[], int | None] = lambda: None


def redact(value: Any) -> Any:
    """Replace secrets in every text of `value`: the masking function of workload d."""
    if isinstance(value, str):
        return _SECRET.sub("[REDACTED]", value)
    if isinstance(value, dict):
        return {key: redact(item) for key, item in value.items()}
    return [redact(item) for item in value] if isinstance(value, list | tuple) else value


def bare(url: str, mask: Mask | None) -> Library:
    """OpenTelemetry's SDK with its batch processor and exporter; the app masks before it sets an attribute."""
    trace: Any = import_module("opentelemetry.sdk.trace")
    export: Any = import_module("opentelemetry.sdk.trace.export")
    otlp: Any = import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    return _spans(export.BatchSpanProcessor(otlp.OTLPSpanExporter(endpoint=f"{url}/v1/traces")), trace, mask)


def fastotel(url: str, mask: Mask | None) -> Library:
    """The same spans, sent by fastotel's processor."""
    processor: Any = import_module("fastotel").OTLPSpanProcessor
    return _spans(processor(endpoint=f"{url}/v1/traces"), import_module("opentelemetry.sdk.trace"), mask)


def otel_bridge(url: str, mask: Mask | None) -> Library:
    """Ours."""
    os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = url  # noqa: TID251 - the library reads it
    bridge: Any = import_module("otel_bridge")
    bridge.init_logger(project="p")
    if mask:
        bridge.set_masking_function(mask)

    def lost() -> int:
        counts = bridge.stats().spans
        return int(counts.queue_full + counts.failed)

    return Library(traced=bridge.traced, chat=_logged(bridge), flush=bridge.flush, lost=lost)


def braintrust(url: str, mask: Mask | None) -> Library:
    """Braintrust's SDK."""
    os.environ.update(BRAINTRUST_API_KEY="sk-x", BRAINTRUST_API_URL=url, BRAINTRUST_APP_URL=url)  # noqa: TID251 - the library reads it
    native: Any = import_module("braintrust")
    native.init_logger(
        project="p", project_id="11111111-1111-1111-1111-111111111111", api_key="sk-x", app_url=url
    )
    if mask:
        native.set_masking_function(mask)
    return Library(traced=native.traced, chat=_logged(native), flush=native.flush)


def langfuse(url: str, mask: Mask | None) -> Library:
    """Langfuse's SDK."""
    module: Any = import_module("langfuse")
    masked = (lambda *, data, **_: mask(data)) if mask else None
    client = module.Langfuse(public_key="pk", secret_key="sk", base_url=url, mask=masked)  # noqa: S106 - a sink's

    def chat(messages: Any, answer: Any, read: int, written: int) -> None:
        with client.start_as_current_observation(
            as_type="generation", name="chat", model=MODEL, input=messages
        ) as generation:
            generation.update(output=answer, usage_details={"input": read, "output": written})

    return Library(traced=module.observe(), chat=chat, flush=client.flush)


def logfire(url: str, mask: Mask | None) -> Library:
    """Logfire's SDK; it scrubs by patterns and takes no masking function."""
    os.environ.update(  # noqa: TID251 - the library reads it
        OTEL_EXPORTER_OTLP_ENDPOINT=url, OTEL_TRACES_EXPORTER="otlp", OTEL_METRICS_EXPORTER="none"
    )
    module: Any = import_module("logfire")
    scrubbing = module.ScrubbingOptions(extra_patterns=[_SECRET.pattern]) if mask else None
    module.configure(
        send_to_logfire=False, console=False, inspect_arguments=False, metrics=False, scrubbing=scrubbing
    )

    def chat(messages: Any, answer: Any, read: int, written: int) -> None:
        asked = {"gen_ai.request.model": MODEL, "gen_ai.input.messages": messages}
        with module.span("chat", **asked) as span:
            usage = {"gen_ai.usage.input_tokens": read, "gen_ai.usage.output_tokens": written}
            span.set_attributes({"gen_ai.output.messages": answer, **usage})

    return Library(traced=module.instrument(record_return=True), chat=chat, flush=module.force_flush)


LIBRARIES: Final[Mapping[str, Callable[[str, Mask | None], Library]]] = {
    "bare": bare,
    "otel_bridge": otel_bridge,
    "braintrust": braintrust,
    "fastotel": fastotel,
    "langfuse": langfuse,
    "logfire": logfire,
}


def _logged(module: Any) -> Callable[[Any, Any, int, int], None]:
    def chat(messages: Any, answer: Any, read: int, written: int) -> None:
        metrics = {"prompt_tokens": read, "completion_tokens": written, "tokens": read + written}
        with module.start_span(name="chat", type="llm") as span:
            span.log(input=messages, output=answer, metadata={"model": MODEL}, metrics=metrics)

    return chat


def _spans(processor: Any, trace: Any, mask: Mask | None) -> Library:
    """Spans of OpenTelemetry by hand, with the attributes that say the same."""
    provider = trace.TracerProvider()
    provider.add_span_processor(processor)
    tracer = provider.get_tracer("app")
    shown = mask or (lambda value: value)

    def traced(function: Any) -> Any:
        def plain(argument: Any) -> Any:
            with tracer.start_as_current_span(function.__name__) as span:
                span.set_attribute("input", json.dumps(shown(argument)))
                result = function(argument)
                span.set_attribute("output", json.dumps(shown(result)))
                return result

        async def asynchronous(argument: Any) -> Any:
            with tracer.start_as_current_span(function.__name__) as span:
                span.set_attribute("input", json.dumps(shown(argument)))
                result = await function(argument)
                span.set_attribute("output", json.dumps(shown(result)))
                return result

        return asynchronous if function.__code__.co_flags & 0x80 else plain

    def chat(messages: Any, answer: Any, read: int, written: int) -> None:
        with tracer.start_as_current_span("chat") as span:
            span.set_attributes({
                "gen_ai.operation.name": "chat", "gen_ai.request.model": MODEL,
                "gen_ai.input.messages": json.dumps(shown(messages)),
                "gen_ai.output.messages": json.dumps(shown(answer)),
                "gen_ai.usage.input_tokens": read, "gen_ai.usage.output_tokens": written,
            })  # fmt: skip

    return Library(traced=traced, chat=chat, flush=lambda: provider.force_flush(60_000))
