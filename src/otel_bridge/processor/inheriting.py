"""What a span of others inherits: the fields of the `propagated_event` of the span of ours that it begins below, and what was handed to it.

So the calls of a model that a scorer makes through an instrumentation are told apart from those of the task, and the span of a call
says which prompt it came from. Spans of ours inherit by themselves (`api.start`).
"""

from collections.abc import Mapping
from typing import Any, Final, cast

from opentelemetry import context as otel_context
from opentelemetry.context import Context
from opentelemetry.sdk.trace import Span

from otel_bridge import state
from otel_bridge.attributes.encode import Attributes, encode
from otel_bridge.attributes.to_json import to_json

_HANDED_KEY: Final = otel_context.create_key("otel_bridge.handed")


def hand_over(event: Mapping[str, Any]) -> Context:
    """Return the current context with fields, of any values, for the first span that begins in it, and no other."""
    return otel_context.set_value(_HANDED_KEY, [to_json(event)])


def inherited(span: Span, context: Context) -> Attributes:
    """Return the attributes that `span`, which begins in `context`, inherits; none where no span of ours is around."""
    outer = state.around(context, span.get_span_context().trace_id)
    event = getattr(outer.span, "propagated_event", None) if outer else None
    return {**(encode(event) if event else {}), **_handed(context)}


def _handed(context: Context) -> Attributes:
    waiting = cast("list[Mapping[str, Any]] | None", otel_context.get_value(_HANDED_KEY, context))
    try:
        return encode(waiting.pop()) if waiting else {}
    except IndexError:  # a span of another thread was first
        return {}
