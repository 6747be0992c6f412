"""Items of OpenAI's responses that an instrumentation wrote as Python prints them, each as the text of a part.

| printed | becomes |
| --- | --- |
| `ResponseFunctionToolCall(call_id='c', name='look', type='function_call', ...)` | the item itself, a call |
| `ResponseReasoningItem(summary=[Summary(text='...')], type='reasoning', ...)` | the item itself, a thought |

Source: opentelemetry-instrumentation-openai-agents-v2 0.1.0, `span_processor.py`; the models of openai 3.57.
"""

import re
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate import python_literal

MARK: Final = "Response"
"""Without it a text holds nothing printed."""

_ITEM: Final = re.compile(r"Response\w{1,60}\(", re.ASCII)


def unprinted(parts: Json) -> Json:
    """Return parts with each printed item in place of the text that it was; anything else as it is."""
    return [_read(part) for part in parts] if isinstance(parts, list) else parts


def _read(part: Json) -> Json:
    text = part.get("content") if isinstance(part, dict) and part.get("type") == "text" else None
    if not isinstance(text, str) or not _ITEM.match(text):
        return part
    parsed = python_literal.parse_object(text)
    item = _bare(parsed.value) if parsed else None
    return item if isinstance(item, dict) and isinstance(item.get("type"), str) else part


def _bare(value: Json) -> Json:
    """Return a value without the names of the classes around its objects, and without what they leave open."""
    if isinstance(value, list):
        return [_bare(item) for item in value]
    if not isinstance(value, dict):
        return value
    (name, inner), *others = value.items() or [("", None)]
    if not others and name[:1].isupper() and isinstance(inner, dict):
        return _bare(inner)
    return {key: _bare(child) for key, child in value.items() if child is not None}
