"""Haystack's messages and tools, as it serializes them and as Python prints them.

| part of a message | becomes the part of the GenAI conventions |
| --- | --- |
| `text`, `TextContent` | text |
| `tool_call`, `ToolCall` | tool_call |
| `tool_call_result`, `ToolCallResult` | tool_call_response, tied to the call that it names as its origin |
| `reasoning`, `ReasoningContent` | reasoning |
| `image`, `ImageContent` | blob |

Source: haystack-ai 3.4.0, `dataclasses/chat_message.py`, `tools/tool.py`; OpenInference's instrumentation 0.1.46 prints them.
"""

from collections.abc import Mapping
from typing import Final, TypeGuard

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate import python_literal

_MESSAGE: Final = "ChatMessage"
_TOOL: Final = "Tool"
_PRINTED: Final = (f"{_MESSAGE}(", f"{_TOOL}(")
_MARKS: Final = (_MESSAGE, _TOOL, "\\u00")
"""Without any of these a text holds nothing printed; JSON may write each letter as an escape."""
_TOOL_KEYS: Final = ("name", "description", "parameters")
_MESSAGE_KEYS: Final = frozenset({"role", "content", "meta", "name"})
_PART_OF: Final[Mapping[str, str]] = {
    "ToolCall": "tool_call",
    "ToolCallResult": "tool_call_result",
    "ReasoningContent": "reasoning",
    "ImageContent": "image",
}

_Object = Mapping[str, Json]


def may_be_printed(value: Json) -> bool:
    """Tell whether `unprinted` could find anything in a value or in what it holds as JSON text; most of the time it could not."""
    return not isinstance(value, str) or any(mark in value for mark in _MARKS)


def unprinted(value: Json) -> Json:
    """Return `value` with each printed message or tool in it as Haystack serializes it; anything else as it is.

    Args:
        value: the request or response of a component; its lists are searched, and objects to any depth.
    """
    if isinstance(value, dict):
        return {key: unprinted(child) for key, child in value.items()}
    if isinstance(value, list):
        return [unprinted(item) for item in value]
    return _read(value) if isinstance(value, str) and value.startswith(_PRINTED) else value


def is_serialized(message: Json) -> TypeGuard[_Object]:
    """Tell whether it is a message with the keys that Haystack gives all of its own."""
    return isinstance(message, dict) and message.keys() == _MESSAGE_KEYS


def in_parts(message: Json) -> Json:
    """Return a serialized message with the parts of the GenAI conventions; anything else unchanged."""
    content = message.get("content") if isinstance(message, dict) else None
    if not isinstance(message, dict) or not isinstance(content, list):
        return message
    rest = {key: value for key, value in message.items() if key not in _MESSAGE_KEYS}
    return {"role": message.get("role"), "parts": [_part(part) for part in content], **rest}


def _read(text: str) -> Json:
    parsed = python_literal.parse_object(text)
    told = _object(parsed.value if parsed else None)
    if message := _object(told.get(_MESSAGE)):
        return _message({name.removeprefix("_"): value for name, value in message.items()}) or text
    if tool := _object(told.get(_TOOL)):
        return {key: tool.get(key) for key in _TOOL_KEYS}
    return text


def _message(fields: _Object) -> _Object:
    """Return the fields of a printed message as a serialized one; nothing where they are not a message's."""
    content, role = fields.get("content"), fields.get("role")
    if not isinstance(content, list) or not isinstance(role, str):
        return {}
    return {**fields, "content": [_serialized(_object(part)) for part in content]}


def _serialized(part: _Object) -> _Object:
    if text := _object(part.get("TextContent")):
        return text
    return {_PART_OF.get(name, name): _origin_bare(_object(fields)) for name, fields in part.items()}


def _origin_bare(fields: _Object) -> _Object:
    """Return fields with the call that a result answers as an object of its fields."""
    origin = _object(fields.get("origin")).get("ToolCall")
    return {**fields, "origin": origin} if origin else fields


def _part(part: Json) -> Json:
    told = _object(part)
    if isinstance(text := told.get("text"), str):
        return {"type": "text", "content": text}
    if call := _object(told.get("tool_call")):
        name, arguments = call.get("tool_name"), call.get("arguments")
        return {"type": "tool_call", "id": call.get("id"), "name": name, "arguments": arguments}
    if result := _object(told.get("tool_call_result")):
        called = _object(result.get("origin"))
        return {"type": "tool_call_response", "id": called.get("id"), "response": result.get("result")}
    if thought := _object(told.get("reasoning")).get("reasoning_text"):
        return {"type": "reasoning", "content": thought}
    image = _object(told.get("image"))
    if data := image.get("base64_image"):
        return {"type": "blob", "modality": "image", "mime_type": image.get("mime_type"), "content": data}
    return part


def _object(value: Json) -> _Object:
    return value if isinstance(value, dict) else {}
