"""Ordinary OpenTelemetry spans: what the stable conventions say that a row has a field for.

| attribute | field |
| --- | --- |
| `code.function.name`, formerly `code.function` | `context.caller_functionname` |
| `code.file.path`, formerly `code.filepath` | `context.caller_filename` |
| `code.line.number`, formerly `code.lineno` | `context.caller_lineno` |

All other attributes of such spans (HTTP, databases, RPC) stay in `metadata` under their own names.

Source: OpenTelemetry semantic conventions 1.37, `code.*`; Braintrust's cross-SDK specification, span origin
(spec/translation.md section 3).
"""

from typing import Final

from otel_bridge.contract import names
from otel_bridge_collector.model import Span
from otel_bridge_collector.translate.partial import Entry, Partial

NAME: Final = "plain"

_CONTEXT: Final = (
    (names.CODE_FUNCTION_NAME, "caller_functionname"),
    ("code.function", "caller_functionname"),
    (names.CODE_FILE_PATH, "caller_filename"),
    ("code.filepath", "caller_filename"),
    (names.CODE_LINE_NUMBER, "caller_lineno"),
    ("code.lineno", "caller_lineno"),
)


def claims(span: Span) -> bool:
    """Tell whether the span says where in the code it was made."""
    return any(attribute in span.attributes for attribute, _ in _CONTEXT)


def translate(span: Span) -> Partial:
    """Read the `code.*` attributes of `span`."""
    return Partial(
        readings=tuple(
            Entry("context", key, span.attributes[attribute], (attribute,))
            for attribute, key in _CONTEXT
            if attribute in span.attributes
        )
    )
