"""Where a span is started: in which object, under which span, with what inherited. It starts nothing.

| `parent=` | place |
| --- | --- |
| slug of a span | child of that span, in the slug's object |
| slug of a logger or experiment | a new root in that object |
| W3C headers | child of the span in `traceparent`, in the object that the baggage or the current logger names |

Source: `braintrust` 0.47.0 SDK, `logger._normalize_parent` and `_resolve_w3c_parent` (spec/app-api.md section 3).
"""

import hashlib
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

from opentelemetry import trace
from opentelemetry.context import Context, set_value

from otel_bridge import propagation, state
from otel_bridge.api.interface import ParentArgument, TraceRoot
from otel_bridge.contract.parent import DEFAULT_PARENT, ParentError, parse_parent
from otel_bridge.contract.row import Json
from otel_bridge.contract.slug import ObjectType, SpanComponents

logger = logging.getLogger(__name__)

_OBJECT_TYPES: Final = {
    "project_id": ObjectType.PROJECT_LOGS,
    "project_name": ObjectType.PROJECT_LOGS,
    "experiment_id": ObjectType.EXPERIMENT,
    "playground_id": ObjectType.PLAYGROUND_LOGS,
}

_HEX: Final = re.compile(r"[0-9a-f]+")


@dataclass(slots=True)  # not frozen, and by position: for each span, freezing and keywords take twice as long
class Place:
    """Where to start a span.

    Attributes:
        context: holds the OTel span to be the parent; a root where it holds none.
        parent: parent string of the object, or None when the processor is to decide.
        default_type: type of a span that is given none.
        under_span: whether a parent span was named, as opposed to one that merely is current.
        root: the root of the trace in this process, where it is known.
        propagated_event: fields that the span and its descendants inherit.
        root_span_id: the trace's name at Braintrust, where it is not the trace id.
        parent_span_id: likewise of the parent span.
        flush_root: whether the end of the span, if it is the outermost one of this process, waits for the sending.
    """

    context: Context
    parent: str | None = None
    default_type: str | None = None
    under_span: bool = False
    root: TraceRoot | None = None
    propagated_event: Mapping[str, Json] | None = None
    root_span_id: str | None = None
    parent_span_id: str | None = None
    flush_root: bool = False


def place_of(argument: ParentArgument) -> Place | None:
    """Return the place that a `parent=` argument names; None when it names none.

    Raises:
        SlugError: the argument is neither headers nor a slug.
        ParentError: the slug names no object.
    """
    if not argument:
        return None
    # Headers of some frameworks are no mappings to Python; whatever else is given is told to be no slug.
    if not isinstance(argument, str) and hasattr(argument, "get"):
        return _place_of_headers(argument)
    return _place_of_slug(cast("str", argument))


def object_components(parent: str | None) -> SpanComponents:
    """Return what a slug says of the object that the string `parent` names; None stands for the default."""
    try:
        named = parse_parent(parent or DEFAULT_PARENT)
    except ParentError:
        named = parse_parent(DEFAULT_PARENT)
    if named.kind == "project_name":
        args = {"project_name": named.value}
        return SpanComponents(object_type=ObjectType.PROJECT_LOGS, compute_object_metadata_args=args)
    return SpanComponents(object_type=_OBJECT_TYPES[named.kind], object_id=named.value)


def span_context_of(
    row_id: str | None, span_id: str | None, root_span_id: str | None
) -> trace.SpanContext | None:
    """Return the OTel span of these ids, or None where one is missing, as in a slug of a whole object.

    Ids that are no OTel ids (UUIDs of old slugs) give the same OTel ids everywhere.
    """
    if not (row_id and span_id and root_span_id):
        return None
    return trace.SpanContext(
        trace_id=int(_hex_id(root_span_id, 32), 16),
        span_id=int(_hex_id(span_id, 16), 16),
        is_remote=True,
        # A slug does not say whether its span was sampled; a child is kept rather than lost.
        trace_flags=trace.TraceFlags(trace.TraceFlags.SAMPLED),
    )


def _place_of_slug(slug: str) -> Place:
    components = SpanComponents.decode(slug)
    parent = str(parse_parent(slug))
    span_context = span_context_of(components.row_id, components.span_id, components.root_span_id)
    if span_context is None:
        return Place(
            context=_context(trace.INVALID_SPAN, parent),
            parent=parent,
            propagated_event=components.propagated_event,
        )
    return Place(
        context=_context(trace.NonRecordingSpan(span_context), parent),
        parent=parent,
        under_span=True,
        root_span_id=_foreign(components.root_span_id, trace.format_trace_id(span_context.trace_id)),
        parent_span_id=_foreign(components.span_id, trace.format_span_id(span_context.span_id)),
        propagated_event=components.propagated_event,
    )


def _place_of_headers(headers: Mapping[str, str]) -> Place | None:
    span_context = propagation.span_context_of(headers)
    if not span_context.is_valid:
        return None
    logger_now = state.logger()
    parent = propagation.parent_of(headers) or (logger_now.parent if logger_now else None)
    if parent is None:
        logger.warning(
            "the headers name a trace and no braintrust.parent, and no logger is current; a root is started"
        )
        return None
    return Place(
        context=_context(trace.NonRecordingSpan(span_context), parent), parent=parent, under_span=True
    )


def _context(parent_span: trace.Span, parent: str) -> Context:
    """The current context with another parent: baggage and the like of the app stay."""
    return set_value(state.PARENT_KEY, parent, trace.set_span_in_context(parent_span, state.live_context()))


def _foreign(id_: str | None, otel_id: str) -> str | None:
    return None if id_ == otel_id else id_


def _hex_id(text: str, digits: int) -> str:
    """The id itself, the digits of a UUID, or a hash; never zero, which would mean no id."""
    plain = text.replace("-", "").lower()
    if len(plain) < digits or not _HEX.fullmatch(plain) or not plain[-digits:].strip("0"):
        plain = hashlib.sha256(text.encode()).hexdigest()
    return plain[-digits:]
