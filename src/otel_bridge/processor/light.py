"""A light span for our own provider: OpenTelemetry's span, of which nothing is made before it is needed.

It is a `Span` of the SDK with the methods of the SDK; its attributes, events and links are made when somebody asks for them, which for
most spans nobody does. No sampler and no processor is asked at its start, so it stands only where that comes to the same: in a tracer
with the default sampler, without a limit on lengths, whose one processor is a `BridgeSpanProcessor` without a filter. Everywhere else
the tracer starts a span as always.

Like `neighbours` this is about private names of the SDK. They are looked at once; where they are not those that are known, no light
span is made (docs/decisions/0022-light-span.md).
"""

from collections.abc import Callable, Mapping
from threading import Lock
from time import time_ns
from typing import Any, Final, Protocol, TypeGuard, cast

from opentelemetry import trace
from opentelemetry.attributes import BoundedAttributes
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanLimits, Tracer
from opentelemetry.sdk.trace.sampling import DEFAULT_ON
from opentelemetry.trace import SpanContext, SpanKind, TraceFlags

from otel_bridge import state
from otel_bridge.attributes.encode import Attributes
from otel_bridge.contract import names

LateRow = Callable[[], tuple[str, Attributes]]
"""Gives the name and the attributes of a span, of what was logged to it; on the thread that exports."""

_KNOWN: Final = frozenset({
    "_name", "_context", "_kind", "_instrumentation_info", "_instrumentation_scope", "_parent", "_start_time", "_end_time",
    "_attributes", "_events", "_links", "_resource", "_status", "_sampler", "_trace_config", "_record_exception",
    "_set_status_on_exception", "_span_processor", "_limits", "_lock", "_record_end_metrics",
})  # fmt: skip
"""What a span of the SDK consists of: OpenTelemetry SDK 1.45, `Span.__init__`."""

_LATE: Final = ("_attributes", "_events", "_links")
"""Those of them that each span has for itself, and that are made late."""

_OWN: Final = ("_name", "_context", "_parent", "_kind", "_resource", "_start_time", "_lock")
"""Those that each span gets when it starts; all others are alike for the spans of a tracer."""

FURTHER_ATTRIBUTES: Final = 64
"""More than a row has beside one for each of its fields: twins, messages."""

_RANDOM: Final[int] = getattr(TraceFlags, "RANDOM_TRACE_ID", 0)  # not in versions before 1.42
_SAMPLED: Final = TraceFlags(TraceFlags.SAMPLED)
_SAMPLED_AND_RANDOM: Final = TraceFlags(TraceFlags.SAMPLED | _RANDOM)


class TakesLight(Protocol):
    """What takes ended light spans: `BridgeSpanProcessor`, where `takes_light`."""

    takes_light: bool

    def take(self, span: "LightSpan") -> None:
        """Queue a span whose row is written when it is exported."""
        ...


class _Late:
    """A part of a span that is made when it is first asked for; from then on the span has it itself."""

    def __init__(self, name: str, make: Callable[[Any], object]) -> None:
        self._name, self._make = name, make

    def __get__(self, span: object, owner: type) -> object:
        if span is None:
            return self
        cast("LightSpan", span).has_parts = True
        return vars(span).setdefault(self._name, self._make(span))


class LightSpan(Span):
    """See `Span`.

    Attributes:
        late_row: what is still to be written of it; None where it ended as any other span does.
        row_bytes: what that takes in memory, as estimated.
        has_parts: whether any of its attributes, events and links was made.
        parent_string: its `braintrust.parent`, as long as it has no other attributes.
    """

    late_row: LateRow | None = None
    row_bytes: int = 0
    has_parts: bool = False
    parent_string: str

    _attributes = cast("Any", _Late("_attributes", lambda span: span.first_attributes()))
    _events = cast("Any", _Late("_events", lambda span: span._new_events()))  # noqa: SLF001 - see the module
    _links = cast("Any", _Late("_links", lambda span: span._new_links(())))  # noqa: SLF001 - likewise

    def begin(  # noqa: PLR0913, PLR0917 - what a span has for itself; by position, which is faster
        self,
        name: str,
        own: SpanContext,
        above: SpanContext | None,
        kind: SpanKind,
        resource: Resource,
        parent: str,
        start_ns: int,
    ) -> None:
        """Take what it has for itself, in the place of `__init__`."""
        self._name, self._context, self._parent, self._kind = name, own, above, kind
        self._resource, self._start_time, self._lock = resource, start_ns, Lock()
        self.parent_string = parent

    def first_attributes(self) -> BoundedAttributes:
        """Its attributes as OpenTelemetry keeps them; they cannot be changed after its end."""
        return BoundedAttributes(
            self._limits.max_span_attributes,
            {names.PARENT: self.parent_string},
            immutable=not self.is_recording(),
        )

    def end_late(self, end_ns: int, late_row: LateRow, fields: int, row_bytes: int) -> bool:
        """End, with its row of so many fields and bytes still to be written; tell whether that may be, and has been done.

        It may be where nobody else is there, and no limit cuts the row.
        """
        found, rules = taker(self._span_processor), state.process.masking
        if found is None or (rules and rules.all_processors):
            return False
        held, most = len(self._attributes) if self.has_parts else 1, self._limits.max_span_attributes
        if most is not None and held + fields + FURTHER_ATTRIBUTES > most:
            return False
        with self._lock:
            if self._end_time is not None:  # pyright: ignore[reportUnnecessaryComparison]  # the SDK's span has None until it ends
                return False
            if self.has_parts:
                if self.dropped_attributes or self.dropped_events or self.dropped_links:
                    return False  # a copy would not say it
                self._attributes._immutable = True  # noqa: SLF001 - as `Span.end` does
            self._end_time = end_ns
            self.late_row, self.row_bytes = late_row, row_bytes
        found.take(self)
        return True

    def written(self) -> ReadableSpan:
        """The span with its row, for the exporter; the span itself stays as it ended.

        Raises:
            Exception: the row cannot be written.
        """
        if self.late_row is None:
            return self
        name, attributes = self.late_row()
        made = vars(self)
        held: dict[str, Any] = {names.PARENT: self.parent_string}
        if "_attributes" in made:
            # What the span had already and gets anew moves to the end, as it does when it is set.
            held = {key: value for key, value in self._attributes.items() if key not in attributes}
        return ReadableSpan(
            name=name,
            context=self._context,
            parent=self._parent,
            resource=self._resource,
            attributes={**held, **attributes},
            events=made.get("_events", ()),
            links=made.get("_links", ()),
            kind=self._kind,
            status=self._status,
            start_time=self._start_time,
            end_time=self._end_time,
            instrumentation_scope=self._instrumentation_scope,
        )


class LightSpans:
    """Starts the light spans of a tracer.

    Args:
        tracer: of our own provider.
        shared: what all of its spans hold alike, by the names of `_KNOWN`.
    """

    def __init__(self, tracer: Tracer, shared: Mapping[str, Any]) -> None:
        self._tracer = tracer
        # In the class, not in each span: a dictionary of all of that takes longer to make than the span.
        self._kind_of_span: type[LightSpan] = type("LightSpan", (LightSpan,), {**shared})

    def start(
        self, name: str, above: SpanContext, kind: SpanKind, parent: str, start_ns: int | None
    ) -> LightSpan | None:
        """Start a span; None where it has to be one that the tracer starts.

        Args:
            name: of the span.
            above: the span above; an invalid one for a root.
            kind: see `Tracer.start_span`.
            parent: its `braintrust.parent`.
            start_ns: by default now.
        """
        tracer = self._tracer
        if taker(tracer.span_processor) is None:
            return None
        ids = tracer.id_generator
        if above.is_valid:
            flags = above.trace_flags
            if not flags & TraceFlags.SAMPLED:
                return None  # the sampler's answer
            over: SpanContext | None = above
            trace_id, trace_state, is_random = above.trace_id, above.trace_state, bool(flags & _RANDOM)
        else:
            over = None
            trace_id, trace_state, is_random = ids.generate_trace_id(), None, ids.is_trace_id_random()
        flags_here = _SAMPLED_AND_RANDOM if is_random else _SAMPLED
        # By position: for each span, keywords take longer.
        own = SpanContext(trace_id, ids.generate_span_id(), False, flags_here, trace_state)  # noqa: FBT003
        span = object.__new__(self._kind_of_span)
        span.begin(
            name, own, over, kind, tracer.resource, parent, time_ns() if start_ns is None else start_ns
        )
        return span


def light_spans(tracer: trace.Tracer) -> LightSpans | None:
    """Return what starts light spans in the place of a tracer of our own provider; None where none may be."""
    if not isinstance(tracer, Tracer) or tracer.sampler is not DEFAULT_ON:
        return None
    limits = getattr(tracer, "_span_limits", None)
    counts = "NoOp" not in type(getattr(tracer, "_tracer_metrics", None)).__name__
    if counts or not isinstance(limits, SpanLimits) or limits.max_span_attribute_length is not None:
        return None
    shared = _shared(tracer, limits)
    return None if shared is None else LightSpans(tracer, shared)


def _shared(tracer: Tracer, limits: SpanLimits) -> dict[str, Any] | None:
    """What the spans of `tracer` hold alike; None where the SDK's spans consist of other parts than those known."""
    template = object.__new__(LightSpan)
    try:
        Span.__init__(
            template, "", trace.INVALID_SPAN_CONTEXT, sampler=tracer.sampler, resource=tracer.resource,
            span_processor=tracer.span_processor, instrumentation_info=tracer.instrumentation_info, limits=limits,
            instrumentation_scope=getattr(tracer, "_instrumentation_scope", None),
        )  # fmt: skip
    except TypeError:
        return None
    parts = vars(template)
    makes = hasattr(template, "_new_events") and hasattr(template, "_new_links")
    if parts.keys() != _KNOWN or not makes:
        return None
    return {name: value for name, value in parts.items() if name not in {*_LATE, *_OWN}}


def is_light(span: object) -> TypeGuard[LightSpan]:
    """Tell whether `span` is a light one; `isinstance` asks the abstract classes above it each time, for a microsecond."""
    return LightSpan in type(span).__mro__


def taker(handing: Any) -> "TakesLight | None":
    """What takes light spans, where it is the one processor that `handing`, of a provider, hands spans to."""
    try:  # for each span twice: `getattr` takes longer
        found = handing._span_processors  # noqa: SLF001 - see the module
        return found[0] if len(found) == 1 and found[0].takes_light else None
    except AttributeError:
        return None
