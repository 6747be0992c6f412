"""A span of ours: its place in the trace, its children, and its being current.

What is logged goes to its `Recording`; what is logged after its end goes out as an update of the row.

Source: `braintrust` 0.47.0 SDK, `logger.SpanImpl`, measured (spec/app-api.md section 4; where we differ,
section 12).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Final, Self

from opentelemetry import baggage, trace
from opentelemetry.context import Context

from otel_bridge import propagation, state
from otel_bridge.api.caller import START_AT_FRAMES
from otel_bridge.api.facts import Feedback, feedback_attributes, update_attributes
from otel_bridge.api.fields import checked, lifted
from otel_bridge.api.interface import ParentArgument, Span, StartArguments, TraceRoot
from otel_bridge.api.link import link_of, permalink_of
from otel_bridge.api.login import account_now
from otel_bridge.api.place import Place, object_components, place_of
from otel_bridge.api.recording import Recording
from otel_bridge.attributes.to_json import to_json
from otel_bridge.configure import Bridge, flush, flush_quietly
from otel_bridge.contract import names
from otel_bridge.contract.checks import check_span_attributes
from otel_bridge.contract.parent import DEFAULT_PARENT
from otel_bridge.contract.row import Json


@dataclass(frozen=True, slots=True)
class RowIds:
    """Ids of a row that are not those of its OTel span.

    Attributes:
        row_id: id of the row that the app chose.
        root_name: the trace's name at Braintrust, where an old slug says another one than the trace id.
        parent_name: likewise of the span above.
    """

    row_id: str | None = None
    root_name: str | None = None
    parent_name: str | None = None

    @property
    def fields(self) -> dict[str, Json]:
        """What the row says of them."""
        said = {"id": self.row_id, "root_span_id": self.root_name}
        fields: dict[str, Json] = {name: value for name, value in said.items() if value}
        return {**fields, "span_parents": [self.parent_name]} if self.parent_name else fields


OTEL_IDS: Final = RowIds()
"""One for nearly all spans."""


class BridgeSpan:
    """See `Span`.

    Args:
        bridge: what started it.
        otel_span: its OTel span.
        recording: its row.
        above: the ids of the span above; an invalid one for a root.
        parent: parent string of the object, or None when nobody named one.
        name: as it was started.
        ids: those that were chosen.
        propagated_event: fields that every descendant inherits.
        root: the root of its trace in this process; None for itself.
        start_child: starts a span at a place.
        can_be_current: False after `start_span(set_current=False)`.
        flush_at_end: whether its end waits until everything was sent.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what never changes about a span; by position, and in no object of its own, which for each span takes longer
        self,
        bridge: Bridge,
        otel_span: trace.Span,
        recording: Recording,
        above: trace.SpanContext,
        parent: str | None,
        name: str,
        ids: RowIds,
        propagated_event: Mapping[str, Json] | None,
        root: TraceRoot | None,
        start_child: Callable[[Bridge, Place, StartArguments, int], Span],
        can_be_current: bool,  # noqa: FBT001 - by position
        flush_at_end: bool,  # noqa: FBT001 - likewise
    ) -> None:
        self._bridge, self._otel_span, self._recording = bridge, otel_span, recording
        self._above, self._parent, self._name, self._ids = above, parent, name, ids
        self._propagated_event, self._start_child = propagated_event, start_child
        self._can_be_current, self._flush_at_end = can_be_current, flush_at_end
        self._root = root  # not itself on a root: that would leave each span to the garbage collector
        self._activations: list[state.Activation] = []
        if recording.is_sampled:
            state.remember_open(self)

    def __str__(self) -> str:
        """As it stands in a row where it was logged itself."""
        return "<span>"

    @property
    def span_id(self) -> str:
        """See `Span`."""
        return trace.format_span_id(self.span_context.span_id)

    @property
    def root_span_id(self) -> str:
        """See `Span`; what an old slug says, where the span is in the trace of one."""
        return self._ids.root_name or trace.format_trace_id(self.span_context.trace_id)

    @property
    def span_parents(self) -> list[str] | None:
        """See `Span`."""
        if not self._above.is_valid:
            return None
        return [self._ids.parent_name or trace.format_span_id(self._above.span_id)]

    @property
    def id(self) -> str:
        """See `Span`."""
        return self._ids.row_id or self.span_id

    @property
    def name(self) -> str:
        """See `Span`."""
        return self._name

    @property
    def span_context(self) -> trace.SpanContext:
        """The ids of its OTel span."""
        return self._otel_span.get_span_context()

    @property
    def root(self) -> TraceRoot:
        """The root of the trace in this process."""
        return self if self._root is None else self._root

    @property
    def propagated_event(self) -> Mapping[str, Json] | None:
        """Fields that every descendant inherits."""
        return self._propagated_event

    def log(self, **event: Any) -> None:
        """See `Span`."""
        self._merge(checked(event) if self._root is None else lifted(checked(event), self._root))

    def tag(self, tags: Json) -> None:
        """Unite `tags` with those of the row, also after its end."""
        self._merge({"tags": tags})

    def log_feedback(self, **event: Any) -> None:
        """See `Span`."""
        attributes = feedback_attributes(self.id, Feedback(**event), self._parent)
        if not self._recording.is_sampled:
            return  # its row will never come
        self._bridge.facts.send(names.FEEDBACK_EVENT, attributes, self._otel_span.get_span_context())

    def set_attributes(
        self,
        name: str | None = None,
        type: str | None = None,
        span_attributes: Mapping[str, Any] | None = None,
    ) -> None:
        """See `Span`."""
        self._name = self._name if name is None else name
        given = {"name": name, "type": type, **check_span_attributes(span_attributes or {})}
        said = {key: to_json(value) for key, value in given.items() if value is not None}
        self._merge({"span_attributes": said})

    def start_span(  # noqa: PLR0913, PLR0917 - Braintrust's signature
        self,
        name: str | None = None,
        type: str | None = None,
        span_attributes: Mapping[str, Any] | None = None,
        start_time: float | None = None,
        set_current: bool | None = None,  # noqa: FBT001 - Braintrust's signature
        parent: ParentArgument = None,
        propagated_event: Mapping[str, Any] | None = None,
        internal: object = None,  # noqa: ARG002 - Braintrust's signature
        **event: Any,
    ) -> Span:
        """See `Span`."""
        arguments = StartArguments(
            name, type, span_attributes, start_time, set_current, propagated_event, event
        )
        return self.start_at(place_of(parent), arguments)

    def start_at(
        self, place: Place | None, arguments: StartArguments, context: Context | None = None
    ) -> Span:
        """Start a span at `place`, by default as a child of this one; `context` is the live one, where it is known."""
        return self._start_child(self._bridge, place or self._place(context), arguments, START_AT_FRAMES)

    def end(self, end_time: float | None = None) -> float:
        """See `Span`."""
        return self._end(end_time)

    def close(self, end_time: float | None = None) -> float:
        """See `Span`."""
        return self._end(end_time)

    def abandon(self) -> None:
        """End the span because the process ends; its row says that it is unfinished."""
        self._end(None, unfinished=True)

    def export(self) -> str:
        """See `Span`."""
        slug = replace(
            object_components(self._parent),
            row_id=self.id,
            span_id=self.span_id,
            root_span_id=self.root_span_id,
            propagated_event=self.propagated_event,
        )
        return slug.encode()

    def inject(self, carrier: dict[str, Any] | None = None) -> dict[str, Any]:
        """See `Span`."""
        carrier = {} if carrier is None else carrier
        propagation.inject(carrier, self._otel_span.get_span_context(), self._parent)
        return carrier

    def link(self) -> str:
        """See `Span`."""
        return link_of(account_now(), self._parent or DEFAULT_PARENT, self.id)

    def permalink(self) -> str:
        """See `Span`."""
        return permalink_of(account_now(), self.export())

    def flush(self) -> None:
        """See `Span`."""
        flush()

    def set_current(self) -> None:
        """See `Span`."""
        if self._can_be_current and not self._recording.is_over:
            live = state.live_context()
            self._activations.append(state.activate(self, self._otel_span, self._values(live), live))

    def unset_current(self) -> None:
        """See `Span`."""
        if self._activations:
            state.release(self._activations.pop())

    def __enter__(self) -> Self:
        self.set_current()
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        if exc is not None:
            self._recording.fail(exc)
        self.unset_current()
        self._end(None)

    def _context(self, live: Context | None = None) -> Context:
        """The live context with this span in it."""
        context = state.live_context() if live is None else live
        if state.span_in(context) is not self._otel_span:
            context = trace.set_span_in_context(self._otel_span, context)
        values = self._values(context)
        return Context({**context, **values}) if values else context

    def _values(self, context: Context) -> dict[str, object]:
        """What `context` is to say of the way and the object of this span, and does not.

        The object of an experiment stands in the baggage as well: what a called service does is part of the case.
        """
        values: dict[str, object] = {}
        if (parent := self._parent) is not None:
            if (
                parent.startswith("experiment_id:")
                and baggage.get_baggage(names.PARENT_BAGGAGE, context) != parent
            ):
                values.update(baggage.set_baggage(names.PARENT_BAGGAGE, parent, context))
            if context.get(state.PARENT_KEY) != parent:
                values[state.PARENT_KEY] = parent
        if self._bridge.route is not context.get(state.ROUTE_KEY):
            values[state.ROUTE_KEY] = self._bridge.route
        return values

    def _place(self, live: Context | None) -> Place:
        default_type, under_span = None, True
        return Place(
            self._context(live), self._parent, default_type, under_span,
            self.root, self._propagated_event, self._ids.root_name,
        )  # fmt: skip

    def _merge(self, fields: Mapping[str, Json]) -> None:
        if late := self._recording.merge(fields):
            self._update(late)
        elif "metrics" in fields and self._recording.is_over:
            self._release()

    def _end(self, end_time: float | None, *, unfinished: bool = False) -> float:
        ended_s, left_over = self._recording.end(end_time, unfinished=unfinished)
        if self._activations:
            self._release()
        state.process.open_spans.discard(self)
        if left_over:
            self._update(left_over)
        if self._flush_at_end and not unfinished:
            flush_quietly()
        return ended_s

    def _release(self) -> None:
        # They hold the span, so it lets go of them: a circle would be left to the garbage collector.
        activations, self._activations = self._activations, []
        for activation in activations:
            state.release(activation)

    def _update(self, fields: Mapping[str, Json]) -> None:
        attributes = update_attributes(self._ids.row_id, fields, self._parent)
        self._bridge.facts.send(names.UPDATE_EVENT, attributes, self._otel_span.get_span_context())
