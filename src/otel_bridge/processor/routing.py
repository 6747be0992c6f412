"""Where spans and log records go that name no parent: what their surroundings say, then the defaults."""

from opentelemetry import baggage, trace
from opentelemetry import context as otel_context
from opentelemetry.context import Context

from otel_bridge import state
from otel_bridge.attributes.decode import attributes_of
from otel_bridge.contract import names
from otel_bridge.settings import Settings


def parent_for(context: Context | None, given: str | None, settings: Settings) -> str | None:
    """Return the parent string for what begins in `context`; None leaves it to the header of the request.

    | order | it is |
    | --- | --- |
    | 1 | that of the context, of the baggage (unless distrusted), or of the span above |
    | 2 | `given`, what the processor was told |
    | 3 | that of the current logger |
    | 4 | that of the settings |
    """
    context = otel_context.get_current() if context is None else context
    return _inherited(context, settings) or given or _default(settings)


def _inherited(context: Context, settings: Settings) -> str | None:
    if isinstance(parent := otel_context.get_value(state.PARENT_KEY, context), str):
        return parent
    if settings.accept_parent_baggage:
        parent = baggage.get_baggage(names.PARENT_BAGGAGE, context)
        if isinstance(parent, str) and parent:
            return parent
    parent = attributes_of(trace.get_current_span(context)).get(names.PARENT)
    return parent if isinstance(parent, str) else None


def _default(settings: Settings) -> str | None:
    logger = state.logger()
    return logger.parent if logger else settings.parent
