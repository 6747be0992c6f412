"""The `error` of a span that failed.

A span is failed when its status says so; an exception that was recorded on a span that went well is no error.
Source: spec/translation.md section 6.
"""

from otel_bridge.contract import names
from otel_bridge.contract.row import Json
from otel_bridge_collector.model import Attributes, Span, StatusCode


def span_error(span: Span) -> str | None:
    """Return the traceback of the last exception, or as much as the span says; None when it did not fail."""
    if span.status_code != StatusCode.ERROR:
        return None
    exceptions = [event.attributes for event in span.events if event.name == names.EXCEPTION_EVENT]
    told = exception_text(exceptions[-1]) if exceptions else ""
    return told or span.status_message or _text(span.attributes.get(names.ERROR_TYPE)) or "Error"


def exception_text(attributes: Attributes) -> str:
    """Return the traceback of an exception event, else its type and message; empty when it has neither."""
    if stacktrace := _text(attributes.get(names.EXCEPTION_STACKTRACE)):
        return stacktrace
    told = (attributes.get(names.EXCEPTION_TYPE), attributes.get(names.EXCEPTION_MESSAGE))
    return ": ".join(text for text in map(_text, told) if text)


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
