"""Start a span: the OTel span at its place, and the row with what is known at the start.

Source: `braintrust` 0.47.0 SDK, `logger.SpanImpl.__init__`, measured (spec/app-api.md section 3).
"""

import logging
from collections.abc import Mapping
from typing import Any, Final, cast

from opentelemetry import trace
from opentelemetry.context import Context, get_value, set_value
from opentelemetry.trace import SpanKind

from otel_bridge import state
from otel_bridge.api.caller import START_FRAMES, caller_context, caller_name
from otel_bridge.api.fields import checked, lifted, merged
from otel_bridge.api.interface import Span, StartArguments, TraceRoot
from otel_bridge.api.moment import nanoseconds
from otel_bridge.api.noop import NOOP_SPAN
from otel_bridge.api.place import Place
from otel_bridge.api.recording import Recording
from otel_bridge.api.span import OTEL_IDS, BridgeSpan, RowIds
from otel_bridge.attributes.decode import attributes_of
from otel_bridge.attributes.to_json import PAIR_BYTES, Sized, Written, clean, json_bytes, to_json
from otel_bridge.configure import Bridge
from otel_bridge.contract import names
from otel_bridge.contract.checks import check_span_attributes
from otel_bridge.contract.row import Json
from otel_bridge.processor.light import is_light

logger = logging.getLogger(__name__)

_FIRST_BYTES: Final = 5 * PAIR_BYTES + len("task")
"""What the first row of a span takes beside its name and the type that it is given: two fields, one of them with three values."""


def start(bridge: Bridge, place: Place, arguments: StartArguments, own_frames: int = START_FRAMES) -> Span:
    """Start a span; `NOOP_SPAN` where OpenTelemetry starts none.

    Args:
        bridge: what it is made with.
        place: where.
        arguments: what it is to be.
        own_frames: callers, this included, of which it is known that they are no app.

    Raises:
        ValueError: a field of the event cannot be what it is.
        TypeError: the event names a field that identifies the row.
    """
    said, row_id = _said(arguments.event) if arguments.event else ({}, None)
    inherited = place.propagated_event if arguments.propagated_event is None else arguments.propagated_event
    propagated = cast("dict[str, Json]", to_json(inherited)) if inherited else None
    context = caller_context(bridge.environment, own_frames)
    name = _name(place, context) if arguments.name is None else arguments.name
    row: dict[str, Json] = _first_row(place, arguments, name, context)
    if propagated:
        said = merged(said, propagated)
    if said:
        row = merged(row, said)
    above = state.span_in(place.context).get_span_context()
    otel_span = _otel_span(bridge, place, above, row, arguments.start_time)
    own = otel_span.get_span_context()
    if not own.is_valid:
        return NOOP_SPAN
    # An empty context, as most roots have it, holds no span of ours.
    if root := place.root or (_root(place, own) if place.context else None):
        row = lifted(row, root)
    ids = OTEL_IDS
    if row_id or place.root_span_id or place.parent_span_id:
        ids = RowIds(row_id, place.root_span_id, place.parent_span_id)
        row = {**row, **ids.fields}
    return BridgeSpan(
        bridge, otel_span, Recording(otel_span, row, bridge.settings.content_mode),
        above, _parent_string(otel_span, place), name, ids, propagated, root, start,
        arguments.set_current is not False, place.flush_root and (not above.is_valid or above.is_remote),
    )  # fmt: skip


def _said(given: Mapping[str, Any]) -> tuple[dict[str, Json], str | None]:
    """The fields of the event, and the id of the row if it names one."""
    event = dict(given)
    row_id = event.pop("id", None)
    return checked(event), row_id if isinstance(row_id, str) else None


def _name(place: Place, context: Mapping[str, Json]) -> str:
    return caller_name(context) if place.under_span else "root"


def _first_row(place: Place, arguments: StartArguments, name: str, context: Written) -> Sized:
    row = Sized(span_attributes=_span_attributes(place, arguments, name), context=context)
    is_usual = not arguments.span_attributes
    row.size_bytes = (
        _FIRST_BYTES + len(str(name)) + len(str(arguments.type or "")) if is_usual else json_bytes(row)
    )
    return row


def _span_attributes(place: Place, arguments: StartArguments, name: str) -> dict[str, Json]:
    kind = arguments.type or (None if place.under_span else place.default_type)
    said: dict[str, Json] = {"name": name} if kind is None else {"type": kind, "name": name}
    if arguments.span_attributes:
        given = check_span_attributes(arguments.span_attributes)
        said |= {key: to_json(value) for key, value in given.items() if value is not None}
    said["exec_counter"] = next(state.process.spans_started)
    return said


def _otel_span(
    bridge: Bridge,
    place: Place,
    above: trace.SpanContext,
    row: Mapping[str, Any],
    start_time: float | None,
) -> trace.Span:
    span_attributes = row["span_attributes"]
    name = clean(str(span_attributes.get("name")))
    kind = SpanKind.CLIENT if span_attributes.get("type") == "llm" else SpanKind.INTERNAL
    start_ns = None if start_time is None else nanoseconds(start_time)
    try:
        light = bridge.light_below if place.root else bridge.light
        if light and place.parent and bridge.route is None:
            span = light.start(name, above, kind, clean(place.parent), start_ns)
            if span is not None:
                return span
        return (bridge.tracer_below if place.root else bridge.tracer).start_span(
            name,
            context=_surroundings(bridge, place),
            kind=kind,
            attributes={names.PARENT: clean(place.parent)} if place.parent else None,
            start_time=start_ns,
        )
    except Exception as error:  # noqa: BLE001 - samplers and processors of others may raise anything
        logger.warning("a span could not be started (%s), the app goes on without it", type(error).__name__)
        return trace.INVALID_SPAN


def _surroundings(bridge: Bridge, place: Place) -> Context:
    """The context of the place as samplers and processors are to see it."""
    context = _sampled(place.context) if bridge.settings.ignore_parent_sampling else place.context
    if place.parent and get_value(state.PARENT_KEY, context) != place.parent:
        context = set_value(state.PARENT_KEY, place.parent, context)
    return _routed(bridge, context)


def _root(place: Place, own: trace.SpanContext) -> TraceRoot | None:
    """The root of the trace in this process, if a span of ours is around, also one that others stand between."""
    outer = state.around(place.context, own.trace_id)
    return cast("BridgeSpan", outer.span).root if outer else None


def _sampled(context: Context) -> Context:
    """The context with a remote parent that is sampled, whatever its headers say."""
    above = trace.get_current_span(context).get_span_context()
    if not above.is_remote or above.trace_flags.sampled:
        return context
    flags = trace.TraceFlags(above.trace_flags | trace.TraceFlags.SAMPLED)
    chosen = trace.SpanContext(above.trace_id, above.span_id, True, flags, above.trace_state)  # noqa: FBT003
    return trace.set_span_in_context(trace.NonRecordingSpan(chosen), context)


def _routed(bridge: Bridge, context: Context) -> Context:
    """The context with the way of the bridge's spans, whatever the way of the parent span is."""
    if bridge.route is get_value(state.ROUTE_KEY, context):
        return context
    return set_value(state.ROUTE_KEY, bridge.route, context)


def _parent_string(otel_span: trace.Span, place: Place) -> str | None:
    """What the span names: on the way to it, samplers and processors may have named another."""
    if is_light(otel_span):
        return otel_span.parent_string
    routed = attributes_of(otel_span).get(names.PARENT, place.parent)
    return routed if isinstance(routed, str) else None
