"""The names of `braintrust.otel`, for apps that use them: `from otel_bridge.otel import BraintrustSpanProcessor`.

What stands behind them is ours: `BridgeSpanProcessor` and masked exporters, so the spans go to the sidecar unless a
setting or argument says otherwise.

Source: `braintrust` 0.47.0 SDK, `otel/__init__.py`, measured (spec/app-api.md section 8).
"""

import logging
from collections.abc import Mapping, Sequence
from contextvars import Token
from dataclasses import replace
from typing import Final

from opentelemetry import baggage, propagate, trace
from opentelemetry import context as otel_context
from opentelemetry.context import Context
from opentelemetry.propagators.textmap import TextMapPropagator
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

from otel_bridge import state
from otel_bridge.api.place import object_components, span_context_of
from otel_bridge.attributes.decode import attributes_of
from otel_bridge.contract import names
from otel_bridge.contract.parent import ParentError, parse_parent
from otel_bridge.contract.slug import SpanComponents
from otel_bridge.processor.bridge import BridgeSpanProcessor
from otel_bridge.processor.exporter import BridgeSpanExporter
from otel_bridge.processor.filter import CustomFilter, keeps
from otel_bridge.settings import Endpoints, Settings

logger = logging.getLogger(__name__)

_OTEL_ROW: Final = "otel"
"""Row id in the slug of a span that is not Braintrust's; Braintrust's own."""


class OtelExporter(SpanExporter):
    """Send spans, masked, to a Braintrust or a sidecar.

    Args:
        url: full URL for spans, by default as the settings say.
        api_key: by default `BRAINTRUST_API_KEY`.
        parent: where spans go that name no parent, by default `BRAINTRUST_PARENT`.
        headers: sent besides the usual ones.

    Attributes:
        masks: that what leaves here is masked.

    Raises:
        SettingsError: a setting cannot be used.
    """

    masks = True

    def __init__(
        self,
        url: str | None = None,
        api_key: str | None = None,
        parent: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        found = Settings.from_environment()
        self._inner = BridgeSpanExporter(
            replace(
                found,
                endpoints=Endpoints(traces=url, logs=found.endpoints.logs) if url else found.endpoints,
                api_key=api_key or found.api_key,
                parent=parent or found.parent,
            ),
            headers,
        )

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Mask and send."""
        return self._inner.export(spans)

    def shutdown(self) -> None:
        """Close the connection."""
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Nothing waits here."""
        return self._inner.force_flush(timeout_millis)


class BraintrustSpanProcessor(SpanProcessor):
    """`BridgeSpanProcessor` with the arguments of Braintrust's.

    Args:
        api_key, parent, api_url, filter_ai_spans, custom_filter, headers: see `BridgeSpanProcessor`.
        environment: `type` and `name` of the place where the process runs.
        SpanProcessor: another class than `BatchSpanProcessor`, such as `SimpleSpanProcessor`, makes each span wait until
            it was sent.

    Attributes:
        processor: what it does its work with.

    Raises:
        SettingsError: a setting cannot be used.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - Braintrust's signature
        self,
        api_key: str | None = None,
        parent: str | None = None,
        api_url: str | None = None,
        filter_ai_spans: bool = False,  # noqa: FBT001, FBT002 - Braintrust's signature
        custom_filter: CustomFilter | None = None,
        headers: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        SpanProcessor: type | None = None,  # noqa: N803 - Braintrust's signature
    ) -> None:
        state.process.environment = environment or state.process.environment
        self.processor = BridgeSpanProcessor(
            api_key,
            parent,
            api_url,
            filter_ai_spans=filter_ai_spans,
            custom_filter=custom_filter,
            headers=headers,
        )
        self._waits = SpanProcessor is not None and not issubclass(SpanProcessor, BatchSpanProcessor)

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """See `BridgeSpanProcessor`."""
        self.processor.on_start(span, parent_context)

    def on_end(self, span: ReadableSpan) -> None:
        """See `BridgeSpanProcessor`."""
        self.processor.on_end(span)
        if self._waits:
            self.processor.force_flush()

    def shutdown(self) -> None:
        """See `BridgeSpanProcessor`."""
        self.processor.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """See `BridgeSpanProcessor`."""
        return self.processor.force_flush(timeout_millis)


class AISpanProcessor(SpanProcessor):
    """Pass only spans with AI content to `processor`; roots are not kept for being roots.

    Args:
        processor: what gets them.
        custom_filter: asked first: True keeps a span, False drops it, None leaves it to the filter for AI spans.
    """

    def __init__(self, processor: SpanProcessor, custom_filter: CustomFilter | None = None) -> None:
        self._processor, self._custom_filter = processor, custom_filter

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Pass it on: what a span has is not known before it ends."""
        self._processor.on_start(span, parent_context)

    def on_end(self, span: ReadableSpan) -> None:
        """Pass it on if it is kept."""
        if keeps(span, ai_only=True, custom=self._custom_filter, routing=frozenset()):
            self._processor.on_end(span)

    def shutdown(self) -> None:
        """Shut the processor down."""
        self._processor.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Flush the processor."""
        return self._processor.force_flush(timeout_millis)


def add_braintrust_span_processor(  # noqa: PLR0913, PLR0917 - Braintrust's signature
    tracer_provider: TracerProvider,
    api_key: str | None = None,
    parent: str | None = None,
    api_url: str | None = None,
    filter_ai_spans: bool = False,  # noqa: FBT001, FBT002 - Braintrust's signature
    custom_filter: CustomFilter | None = None,
    headers: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Add a `BraintrustSpanProcessor` with these arguments to a tracer provider.

    Raises:
        SettingsError: a setting cannot be used.
    """
    processor = BraintrustSpanProcessor(
        api_key, parent, api_url, filter_ai_spans, custom_filter, headers, environment
    )
    tracer_provider.add_span_processor(processor)


def context_from_span_export(export_str: str) -> Context:
    """Return an OTel context in which the span of `span.export()` is current and its object in the baggage.

    Raises:
        SlugError: the text is no slug.
        ValueError: the slug names no span.
    """
    components = SpanComponents.decode(export_str)
    span_context = span_context_of(components.row_id, components.span_id, components.root_span_id)
    if span_context is None:
        raise ValueError("the slug names no span, only an object; use the one of `span.export()`")
    context = trace.set_span_in_context(trace.NonRecordingSpan(span_context))
    return baggage.set_baggage(names.PARENT_BAGGAGE, str(parse_parent(export_str)), context)


def add_parent_to_baggage(parent: str, ctx: Context | None = None) -> Token[Context]:
    """Let requests of the current context carry the object `parent`; the token undoes it by `detach`."""
    return otel_context.attach(baggage.set_baggage(names.PARENT_BAGGAGE, parent, ctx))


def add_span_parent_to_baggage(span: trace.Span, ctx: Context | None = None) -> Token[Context] | None:
    """Do so with the object of an OTel span; None, with a warning, where the span has none."""
    parent = attributes_of(span).get(names.PARENT)
    if not isinstance(parent, str) or not parent:
        logger.warning("the span has no attribute braintrust.parent, nothing is added to the baggage")
        return None
    return add_parent_to_baggage(parent, ctx)


def parent_from_headers(
    headers: Mapping[str, str], propagator: TextMapPropagator | None = None
) -> str | None:
    """Return a slug for `parent=` of the span that `headers` name; None, with a warning, where they do not say enough.

    Args:
        headers: of a request.
        propagator: reads them, by default OpenTelemetry's global one.
    """
    context = (propagator or propagate.get_global_textmap()).extract(headers)
    span_context = trace.get_current_span(context).get_span_context()
    parent = baggage.get_baggage(names.PARENT_BAGGAGE, context)
    if not span_context.is_valid:
        logger.warning("the headers name no span, there is no parent in them")
        return None
    try:
        components = object_components(str(parse_parent(str(parent or ""))))
    except ParentError:
        logger.warning("the headers have no braintrust.parent in their baggage, there is no parent in them")
        return None
    slug = replace(
        components,
        row_id=_OTEL_ROW,
        span_id=trace.format_span_id(span_context.span_id),
        root_span_id=trace.format_trace_id(span_context.trace_id),
    )
    return slug.encode()


def is_root_span(span: ReadableSpan) -> bool:
    """Tell whether an OTel span has no parent."""
    return span.parent is None
