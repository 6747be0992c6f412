"""Beyond our own exporter: what the other processors of the same tracer provider see.

Who they are decides when a row is encoded (`writing`). They are warned of where values are masked, and get masked spans where the app asked for that. OpenTelemetry has
no public way to either, so this module and `light` are those that touch private names of its SDK; where they are gone,
nothing is warned of, and a self-test refuses to promise what cannot be kept.
"""

import logging
from collections.abc import Iterator
from typing import Any, Final, cast

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanLimits, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import Link, SpanContext, StatusCode, TraceFlags

from otel_bridge import state
from otel_bridge.errors import MaskingError
from otel_bridge.masking.rules import MaskRules, rules_of
from otel_bridge.processor.masked_export import MaskedStatus, masked_span

logger = logging.getLogger(__name__)

_SENDS_NOTHING: Final = ("opentelemetry.processor.baggage.",)
"""Beginnings of the full names of processors that are known to send nothing."""

_CANARY: Final = "otel-bridge-canary"


def mask_in_place(span: Span, rules: MaskRules) -> None:
    """Replace what an ending span holds by what is left of it after masking, for every processor."""
    masked = masked_span(span, rules)
    target = cast("Any", span)  # its private names are what this is about
    target._name = masked.name  # noqa: SLF001 - as above, until the end of the function
    target._attributes = dict(masked.attributes or {})  # noqa: SLF001
    target._events = list(masked.events)  # noqa: SLF001
    target._links = list(masked.links)  # noqa: SLF001
    target._resource = masked.resource  # noqa: SLF001
    target._instrumentation_scope = masked.instrumentation_scope  # noqa: SLF001
    target._status = MaskedStatus(masked.status.status_code, masked.status.description)  # noqa: SLF001


def check_that_all_can_be_masked() -> None:
    """Let a span with a secret end between two processors that look.

    Raises:
        MaskingError: one of them has seen the secret, or no masked span.
    """
    before, after = _Watching(), _Watching()
    provider = TracerProvider(
        sampler=ALWAYS_ON, resource=Resource({"canary": _CANARY}), shutdown_on_exit=False
    )
    for processor in (before, _MaskingAll(), after):
        provider.add_span_processor(processor)
    elsewhere = SpanContext(1, 1, is_remote=True, trace_flags=TraceFlags(1))
    span = provider.get_tracer("otel_bridge", attributes={"canary": _CANARY}).start_span(
        _CANARY, attributes={"canary": _CANARY}, links=[Link(elsewhere, {"canary": _CANARY})]
    )
    if not span.is_recording():
        return  # OTEL_SDK_DISABLED: there are no spans to mask
    span.add_event("said", {"canary": _CANARY})
    span.set_status(StatusCode.ERROR, _CANARY)
    span.end()
    if not (before.saw_masked and after.saw_masked):
        raise MaskingError(
            "mask_all_processors cannot be kept with the installed opentelemetry-sdk: other processors see values"
            " before masking; what leaves by BridgeSpanProcessor is masked all the same. Leave mask_all_processors"
            " out, or install a version of the SDK that otel-bridge was tested with"
        )


def warn_of_neighbours(span: Span) -> None:
    """Warn, once for each kind, of processors on the provider of `span` that pass values on unmasked."""
    processors = _processors(span)
    if processors is state.process.neighbours_seen:
        return
    state.process.neighbours_seen = processors
    kinds = {_kind(one) for one in _each(processors) if not _masks(one)} - state.process.neighbours_told
    if kinds:
        state.process.neighbours_told |= kinds
        logger.warning(
            "a masking function is set, and other span processors on the same tracer provider get values before"
            " masking: %s; set_masking_function(..., mask_all_processors=True) masks for them too",
            ", ".join(sorted(kinds)),
        )


def processors_of(span: Span, kind: type[SpanProcessor]) -> tuple[SpanProcessor, ...]:
    """Return all that see `span` end, where exactly a `kind` hands it to them; none where that is not known."""
    handing = getattr(span, "_span_processor", None)
    found = getattr(handing, "_span_processors", None) if type(handing) is kind else None
    return cast("tuple[SpanProcessor, ...]", found) if isinstance(found, tuple) else ()


def limits_of(span: Span) -> SpanLimits | None:
    """Return the limits that `span` was made with; None where they are not known."""
    limits = getattr(span, "_limits", None)
    return limits if isinstance(limits, SpanLimits) else None


def _processors(span: Span) -> object:
    return getattr(getattr(span, "_span_processor", None), "_span_processors", ())


def _each(processors: object) -> Iterator[object]:
    """The processors in `processors` and in those of them that only pass spans on to others."""
    for one in cast("tuple[object, ...]", processors) if isinstance(processors, tuple) else ():
        inner = getattr(one, "_span_processors", None)
        if isinstance(inner, tuple):
            yield from _each(cast("object", inner))
        else:
            yield one


def _masks(processor: object) -> bool:
    """Whether what `processor` sends is masked, or it sends nothing."""
    if _kind(processor).startswith(_SENDS_NOTHING):
        return True
    batch = getattr(processor, "_batch_processor", None)
    exporter = getattr(processor, "span_exporter", None) or getattr(batch, "_exporter", None)
    return bool(getattr(processor, "masks", False) or getattr(exporter, "masks", False))


def _kind(processor: object) -> str:
    return f"{type(processor).__module__}.{type(processor).__qualname__}"


def _hidden(_: object) -> str:
    return "M"


class _MaskingAll(SpanProcessor):
    """Mask for all, as `BridgeSpanProcessor` does."""

    _rules: Final = rules_of(_hidden, span_names=True, resource=True)

    def _on_ending(self, span: Span) -> None:
        mask_in_place(span, self._rules)


class _Watching(SpanProcessor):
    """Tell whether every span that was seen is a masked one and holds no canary.

    Attributes:
        saw_masked: False also if none was seen.
    """

    saw_masked = False

    def on_end(self, span: ReadableSpan) -> None:
        scope = span.instrumentation_scope
        self.saw_masked = (
            isinstance(span.status, MaskedStatus)
            and _CANARY not in span.to_json()
            and not (scope and _CANARY in str(scope.attributes))
        )
