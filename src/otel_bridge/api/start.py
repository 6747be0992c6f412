"""Start a span: the OTel span at its place, and the row with what is known at the start.

Source: `braintrust` 0.47.0 SDK, `logger.SpanImpl.__init__`, measured (spec/app-api.md section 3).
"""

import logging
from collections.abc import Mapping
from functools import partial
from typing import cast

from opentelemetry import trace
from opentelemetry.context import Context, get_value, set_value
from opentelemetry.trace import SpanKind

from otel_bridge import state
from otel_bridge.api.caller import caller_context, caller_name
from otel_bridge.api.fields import checked, lifted, merged
from otel_bridge.api.interface import Span, StartArguments, TraceRoot
from otel_bridge.api.noop import NOOP_SPAN
from otel_bridge.api.place import Place
from otel_bridge.api.recording import Recording
from otel_bridge.api.span import BridgeSpan, Identity
from otel_bridge.attributes.decode import attributes_of
from otel_bridge.attributes.to_json import clean, to_json
from otel_bridge.configure import Bridge
from otel_bridge.contract import names
from otel_bridge.contract.checks import check_span_attributes
from otel_bridge.contract.row import Json

logger = logging.getLogger(__name__)


def start(bridge: Bridge, place: Place, arguments: StartArguments) -> Span:
    """Start a span; `NOOP_SPAN` where OpenTelemetry starts none.

    Raises:
        ValueError: a field of the event cannot be what it is.
        TypeError: the event names a field that identifies the row.
    """
    event = dict(arguments.event)
    row_id = event.pop("id", None)
    inherited = place.propagated_event if arguments.propagated_event is None else arguments.propagated_event
    propagated = cast("dict[str, Json]", to_json(inherited)) if inherited else None
    context = caller_context(bridge.environment)
    name = _name(place, arguments, context)
    said = merged(checked(event), propagated) if propagated else checked(event)
    row: dict[str, Json] = {"span_attributes": _span_attributes(place, arguments, name), "context": context}
    if said:
        row = merged(row, said)
    otel_span = _otel_span(bridge, place, row, arguments.start_time)
    if not otel_span.get_span_context().is_valid:
        return NOOP_SPAN
    if root := place.root or _root(place, otel_span):
        row = lifted(row, root)
    identity = _identity(
        otel_span, place, row_id=row_id, name=name, propagated=propagated, arguments=arguments
    )
    recording = Recording(otel_span, {**row, **_chosen_ids(identity, place)}, bridge.settings.content_mode)
    return BridgeSpan(bridge, otel_span, recording, identity, partial(start, bridge), root)


def _name(place: Place, arguments: StartArguments, context: Mapping[str, Json]) -> str:
    if arguments.name is not None:
        return arguments.name
    return caller_name(context) if place.under_span else "root"


def _span_attributes(place: Place, arguments: StartArguments, name: str) -> dict[str, Json]:
    kind = arguments.type or (None if place.under_span else place.default_type)
    given = {"type": kind, "name": name, **check_span_attributes(arguments.span_attributes or {})}
    said = {key: to_json(value) for key, value in given.items() if value is not None}
    return {**said, "exec_counter": next(state.process.spans_started)}


def _otel_span(bridge: Bridge, place: Place, row: Mapping[str, Json], start_time: float | None) -> trace.Span:
    span_attributes = cast("Mapping[str, Json]", row["span_attributes"])
    ignores = bridge.settings.ignore_parent_sampling
    try:
        tracer = bridge.tracer_below if place.root else bridge.tracer
        return tracer.start_span(
            clean(str(span_attributes.get("name"))),
            context=_routed(bridge, _sampled(place.context) if ignores else place.context),
            kind=SpanKind.CLIENT if span_attributes.get("type") == "llm" else SpanKind.INTERNAL,
            attributes={names.PARENT: clean(place.parent)} if place.parent else None,
            start_time=None if start_time is None else round(start_time * 1e9),
        )
    except Exception as error:  # noqa: BLE001 - samplers and processors of others may raise anything
        logger.warning("a span could not be started (%s), the app goes on without it", type(error).__name__)
        return trace.INVALID_SPAN


def _root(place: Place, otel_span: trace.Span) -> TraceRoot | None:
    """The root of the trace in this process, if a span of ours is around, also one that others stand between."""
    outer = state.around(place.context, otel_span.get_span_context().trace_id)
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


def _identity(
    otel_span: trace.Span, place: Place, *, row_id: object, name: str, propagated: Mapping[str, Json] | None,
    arguments: StartArguments,
) -> Identity:  # fmt: skip
    own = otel_span.get_span_context()
    above = trace.get_current_span(place.context).get_span_context()
    routed = attributes_of(otel_span).get(names.PARENT, place.parent)
    parent_id = trace.format_span_id(above.span_id) if above.is_valid else None
    return Identity(
        row_id=row_id if isinstance(row_id, str) else None,
        span_id=trace.format_span_id(own.span_id),
        root_span_id=place.root_span_id or trace.format_trace_id(own.trace_id),
        span_parents=[place.parent_span_id or parent_id] if parent_id else None,
        parent=routed if isinstance(routed, str) else None,
        propagated_event=propagated,
        name=name,
        can_be_current=arguments.set_current is not False,
        flush_at_end=place.flush_root and (not above.is_valid or above.is_remote),
    )


def _chosen_ids(identity: Identity, place: Place) -> dict[str, Json]:
    """The ids of the row that are not those of the OTel span."""
    chosen: dict[str, Json] = {"id": identity.row_id} if identity.row_id else {}
    if place.root_span_id:
        chosen["root_span_id"] = place.root_span_id
    if place.parent_span_id:
        chosen["span_parents"] = identity.span_parents
    return chosen
