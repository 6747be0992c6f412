"""Chat messages in OpenAI's shape to the message schema of the GenAI conventions, and back.

Only what comes back unchanged is converted, so nothing is lost on the way; the caller keeps the rest as JSON.

| OpenAI | GenAI part |
| --- | --- |
| `content: "text"` | `text` |
| `content: [{"type": "text", ...}, ...]` | one `text` each |
| `content: [{"type": "image_url", ...}]` | `uri`, or `blob` for a `data:` URL |
| `tool_calls` | `tool_call`; the arguments stay the text that the model wrote |
| role `tool` | `tool_call_response` |

Source: semantic-conventions-genai at 2781a13, `gen-ai-input-messages.json` and `gen-ai-output-messages.json`;
the way back is spec/translation.md section 4.4.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final, cast

from otel_bridge.contract.kinds import MAPPINGS
from otel_bridge.contract.row import Json

_DATA_URL: Final = re.compile(r"data:([^;,]+);base64,(.*)", re.DOTALL)
_CARRIED: Final = ("name", "finish_reason")
"""Keys of a message that both shapes spell alike."""

_TEXT_KEYS: Final = {"role", "content"}

Object = Mapping[str, Json]


def to_gen_ai(value: Json) -> list[Json] | None:
    """Return chat messages as GenAI messages; None where `value` is something else or would not survive."""
    if not isinstance(value, list) or not value:
        return None
    if all(_is_text(message) for message in value):
        texts = cast("list[Object]", value)
        return [
            {"role": text["role"], "parts": _content_parts(text["content"])} for text in texts
        ]  # and will survive
    converted = [_to_message(message) for message in value]
    return converted if None not in converted and from_gen_ai(converted) == value else None


def from_gen_ai(value: Json) -> Json:
    """Return GenAI messages as chat messages; a value that is no list of such messages unchanged."""
    if not isinstance(value, list) or not all(_is_message(message) for message in value):
        return value
    return [_from_message(cast("Object", message)) for message in value]


def _is_text(message: Json) -> bool:
    """Whether `message` is a text of a role that is answered for by nothing else, as nearly all are."""
    return (
        isinstance(message, dict)
        and message.keys() == _TEXT_KEYS
        and isinstance(message["content"], str)
        and isinstance(message["role"], str)
        and message["role"] != "tool"
    )


def _is_message(message: Json) -> bool:
    return isinstance(message, Mapping) and "role" in message and isinstance(message.get("parts"), list)


def _to_message(message: Json) -> Json:
    if not isinstance(message, MAPPINGS) or not isinstance(message.get("role"), str):
        return None
    content, calls = message.get("content"), message.get("tool_calls")
    parts = _tool_response(message) if message["role"] == "tool" else _content_parts(content)
    if isinstance(calls, list):
        parts += [_to_tool_call(call) for call in calls]
    if not parts or None in parts:
        return None
    return {"role": message["role"], "parts": parts, **_carried(message)}


def _carried(message: Object) -> dict[str, Json]:
    return {key: message[key] for key in _CARRIED if key in message}


def _tool_response(message: Object) -> list[Json]:
    content = message.get("content")
    if not isinstance(content, str):
        return [None]
    return [{"type": "tool_call_response", "id": message.get("tool_call_id"), "response": content}]


def _content_parts(content: Json) -> list[Json]:
    if isinstance(content, str):
        return [{"type": "text", "content": content}]
    if isinstance(content, list):
        return [_to_part(part) for part in content]
    return []


def _to_part(part: Json) -> Json:
    """None stands for a part that the schema cannot carry."""
    if not isinstance(part, Mapping):
        return None
    if part.get("type") == "text":
        return {"type": "text", "content": part.get("text")} if isinstance(part.get("text"), str) else None
    image = part.get("image_url")
    if part.get("type") != "image_url" or not isinstance(image, Mapping):
        return None
    return _image(image.get("url"))


def _image(url: Json) -> Json:
    if not isinstance(url, str):
        return None
    if match := _DATA_URL.fullmatch(url):
        return {"type": "blob", "modality": "image", "mime_type": match[1], "content": match[2]}
    return {"type": "uri", "modality": "image", "uri": url}


def _to_tool_call(call: Json) -> Json:
    function = call.get("function") if isinstance(call, Mapping) else None
    if not isinstance(call, Mapping) or not isinstance(function, Mapping):
        return None
    if not isinstance(function.get("arguments"), str):
        return None
    return {
        "type": "tool_call",
        "id": call.get("id"),
        "name": function.get("name"),
        "arguments": function["arguments"],
    }


def _from_message(message: Object) -> Json:
    parts = [part for part in cast("list[Json]", message["parts"]) if isinstance(part, Mapping)]
    if len(parts) == 1 and parts[0].get("type") == "tool_call_response":
        return _from_tool_response(message, parts[0])
    calls = [_from_tool_call(part) for part in parts if part.get("type") == "tool_call"]
    content = [_from_part(part) for part in parts if part.get("type") != "tool_call"]
    chat: dict[str, Json] = {"role": message["role"], "content": _content(content), **_carried(message)}
    return {**chat, "tool_calls": calls} if calls else chat


def _from_tool_response(message: Object, part: Object) -> Json:
    return {
        "role": message["role"],
        "tool_call_id": part.get("id"),
        "content": part.get("response"),
        **_carried(message),
    }


def _content(parts: Sequence[Object]) -> Json:
    if not parts:
        return None
    if len(parts) == 1 and parts[0].get("type") == "text":
        return parts[0].get("text")
    return list(parts)


def _from_part(part: Object) -> Object:
    match part.get("type"):
        case "text":
            return {"type": "text", "text": part.get("content")}
        case "uri":
            return {"type": "image_url", "image_url": {"url": part.get("uri")}}
        case "blob":
            url = f"data:{part.get('mime_type')};base64,{part.get('content')}"
            return {"type": "image_url", "image_url": {"url": url}}
        case _:
            return part


def _from_tool_call(part: Object) -> Json:
    function = {"name": part.get("name"), "arguments": part.get("arguments")}
    return {"id": part.get("id"), "type": "function", "function": function}
