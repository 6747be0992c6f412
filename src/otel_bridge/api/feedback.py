"""Say something of a row later, without its span: `log_feedback` and `update_span`.

Source: `braintrust` 0.47.0 SDK, `logger.update_span` (spec/app-api.md section 4).
"""

from typing import Any

from otel_bridge.api.facts import update_attributes
from otel_bridge.api.fields import checked
from otel_bridge.api.logger import current_bridge, current_logger
from otel_bridge.api.place import span_context_of
from otel_bridge.contract import names
from otel_bridge.contract.parent import parse_parent
from otel_bridge.contract.slug import SpanComponents
from otel_bridge.errors import NoLoggerError


def log_feedback(id: str, **event: Any) -> None:
    """Say what a user thinks of a row of the current logger; see `Logger.log_feedback`.

    Raises:
        NoLoggerError: no logger is current.
        ValueError: `id` is no non-empty string; with Braintrust's message, for a wrong source, for nothing said, or
            for a wrong field.
    """
    logger = current_logger()
    if logger is None:
        raise NoLoggerError("log_feedback needs a logger, call init_logger() first")
    logger.log_feedback(id, **event)


def update_span(exported: str, **event: Any) -> None:
    """Merge fields into the row of a span that another process has exported.

    Args:
        exported: what `span.export()` returned.
        event: fields as in `Span.log`.

    Raises:
        ValueError: `exported` is no slug of a span, `event` has an id, or a field cannot be what it is.
    """
    if event.get("id") is not None:
        raise ValueError(
            "Cannot specify id when updating a span with `update_span`. Use the output of `span.export()` instead."
        )
    components = SpanComponents.decode(exported)
    if not components.row_id:
        raise ValueError("Exported span must have a row_id")
    fields = {name: value for name, value in event.items() if name not in {"id", "span_id", "root_span_id"}}
    attributes = update_attributes(components.row_id, checked(fields), str(parse_parent(exported)))
    span_context = span_context_of(components.row_id, components.span_id, components.root_span_id)
    current_bridge().facts.send(names.UPDATE_EVENT, attributes, span_context)
