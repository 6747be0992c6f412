"""What a span of others inherits from the span of ours that it begins below: the fields of its `propagated_event`.

So the calls of a model that a scorer makes through an instrumentation are told apart from those of the task. Spans of ours inherit
by themselves (`api.start`).
"""

from opentelemetry.context import Context
from opentelemetry.sdk.trace import Span

from otel_bridge import state
from otel_bridge.attributes.encode import Attributes, encode


def inherited(span: Span, context: Context) -> Attributes:
    """Return the attributes that `span`, which begins in `context`, inherits; none where no span of ours is around."""
    outer = state.around(context, span.get_span_context().trace_id)
    event = getattr(outer.span, "propagated_event", None) if outer else None
    return encode(event) if event else {}
