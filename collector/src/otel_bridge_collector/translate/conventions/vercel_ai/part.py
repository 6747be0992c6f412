"""Parts of the AI SDK's messages to parts of the GenAI conventions.

| part | becomes |
| --- | --- |
| `tool-call`, an item of `ai.response.toolCalls` | `tool_call`; arguments are `input`, formerly `args` |
| `tool-result` | `tool_call_response`; the value of `output`, formerly `result` |
| `reasoning` | `reasoning` |
| `file`, `image` | `uri` or `blob`; data that came as numbers stays as it is |

Source: npm `ai` 6.0.326, `LanguageModelV3Prompt` and `ModelMessage`; `ai` 4.3.19, `LanguageModelV1Prompt`.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from otel_bridge.contract.row import Json

Object = Mapping[str, Json]

_URL: Final = re.compile(r"[a-z][a-z0-9+.-]*:")
_ERRORS: Final = ("error-text", "error-json", "execution-denied")


def part_of(part: Json) -> Json:
    """Return the GenAI part for a part of a message; one of another kind as it is."""
    if not isinstance(part, dict):
        return part
    convert = _BY_TYPE.get(str(part.get("type")))
    return convert(part) if convert else part


def call_of(call: Json) -> Json:
    """Return the GenAI part for a call of a tool in an answer, which may come without a type."""
    return _tool_call(call) if isinstance(call, dict) else call


def _tool_call(part: Object) -> Object:
    return {
        "type": "tool_call",
        "id": part.get("toolCallId"),
        "name": part.get("toolName"),
        "arguments": part.get("input", part.get("args")),
        **_others(part, "toolCallId", "toolName", "input", "args"),
    }


def _tool_result(part: Object) -> Object:
    result = part.get("output", part.get("result"))
    named: Object = {"type": "tool_call_response", "id": part.get("toolCallId"), "name": part.get("toolName")}
    others = _others(part, "toolCallId", "toolName", "output", "result")
    return {**named, **_result(result), **others}


def _result(result: Json) -> Object:
    """Version 5 and later wrap a result as `{type, value}`."""
    if not isinstance(result, dict) or not isinstance(kind := result.get("type"), str):
        return {"response": result}
    failed: Object = {"is_error": True} if kind in _ERRORS else {}
    if "value" in result:
        return {"response": result["value"], **failed}
    return {"response": result, **failed}


def _reasoning(part: Object) -> Object:
    return {"type": "reasoning", "content": part.get("text"), **_others(part, "text")}


def _file(part: Object) -> Object:
    return _media(part, "data")


def _image(part: Object) -> Object:
    return _media(part, "image", modality="image")


def _media(part: Object, key: str, *, modality: str | None = None) -> Object:
    data, mime_type = part.get(key), part.get("mediaType", part.get("mimeType"))
    if not isinstance(data, str):
        return part
    others: Object = {"modality": modality, "mime_type": mime_type, **_others(part, key, *_MIME_KEYS)}
    if _URL.match(data):
        return {"type": "uri", "uri": data, **others}
    return {"type": "blob", "content": data, **others}


def _others(part: Object, *known: str) -> Object:
    return {key: value for key, value in part.items() if key not in known and key != "type"}


_MIME_KEYS: Final = ("mediaType", "mimeType")

_BY_TYPE: Final[dict[str, Callable[[Object], Object]]] = {
    "tool-call": _tool_call,
    "tool-result": _tool_result,
    "reasoning": _reasoning,
    "file": _file,
    "image": _image,
}
