"""Parts of a message in the GenAI conventions to what an OpenAI chat message has for them.

| part | becomes |
| --- | --- |
| `text` | content |
| `tool_call` | an item of `tool_calls`; arguments are JSON text |
| `tool_call_response` | a message of role `tool` of its own (`messages`) |
| `reasoning` | an item of `reasoning` |
| `blob`, `uri`, `file` | `image_url` for images, else `file` |
| any other | content, as it is |

Source: semantic-conventions-genai at 2781a13, JSON schemas of input and output messages; OpenAI chat completions.
"""

from collections.abc import Callable, Mapping
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.blocks import plain_result

Object = Mapping[str, Json]


def content_part(part: Json) -> Json:
    """Return the item of `content` for a part."""
    if isinstance(part, str):
        return {"type": "text", "text": part}
    if not isinstance(part, dict):
        return part
    if "type" not in part and isinstance(part.get("text"), str):
        return {"type": "text", **part}
    convert = _CONTENT.get(str(part.get("type")))
    return convert(part) if convert else part


def tool_call(part: Object) -> Object:
    """Return the item of `tool_calls` for a `tool_call` part; an id that the part lacks stays absent."""
    # LangChain calls the arguments `args`.
    arguments = part.get("arguments", part.get("args"))
    function: Object = {"name": part.get("name"), "arguments": _arguments(arguments)}
    identity: Object = {"id": part["id"]} if part.get("id") not in _NO_ID else {}
    others = _others(part, "id", "name", "arguments", "args")
    return {**identity, "type": "function", "function": function, **others}


def tool_result(part: Object) -> Object:
    """Return the id and content of a tool message for a `tool_call_response` part: text, as the model got it."""
    response = part.get("response", part.get("result"))
    told = plain_result(response) if _is_texts(response) else response
    content = None if told is None else json_text.written(told)
    others = _others(part, "id", "response", "result")
    return {"tool_call_id": part.get("id"), "content": content, **others}


def reasoning(part: Object) -> Object:
    """Return the item of `reasoning` for a `reasoning` part."""
    return {"content": part.get("content"), **_others(part, "content")}


def _is_texts(response: Json) -> bool:
    """Tell whether a result is blocks of text, as MCP and Bedrock have it; a list of anything else is a value of its own."""
    return isinstance(response, list) and all(
        isinstance(block, dict) and "text" in block and block.keys() <= _TEXT_BLOCK for block in response
    )


def _arguments(arguments: Json) -> str:
    return "{}" if arguments is None else json_text.written(arguments)


def _text(part: Object) -> Json:
    """Keys without a value, such as the `thinking` of Cohere's, say nothing."""
    if "content" in part:
        return {"type": "text", "text": part["content"], **_others(part, "content")}
    return {key: value for key, value in part.items() if value is not None}


def _blob(part: Object) -> Json:
    mime_type = part.get("mime_type") or "application/octet-stream"
    return _media(part, f"data:{mime_type};base64,{part.get('content')}", source="content")


def _uri(part: Object) -> Json:
    return _media(part, part.get("uri"), source="uri")


def _file(part: Object) -> Json:
    return {
        "type": "file",
        "file": {"file_id": part.get("file_id")},
        **_others(part, "file_id", *_MEDIA_KEYS),
    }


def _media(part: Object, url: Json, *, source: str) -> Json:
    others = _others(part, source, *_MEDIA_KEYS)
    if _is_image(part):
        return {"type": "image_url", "image_url": {"url": url}, **others}
    return {"type": "file", "file": {"file_data": url}, **others}


def _is_image(part: Object) -> bool:
    return part.get("modality") == "image" or str(part.get("mime_type")).startswith("image/")


def _others(part: Object, *known: str) -> Object:
    """Keys that the conventions do not name, kept as they are."""
    return {key: value for key, value in part.items() if key not in known and key != "type"}


_MEDIA_KEYS: Final = ("modality", "mime_type")
_TEXT_BLOCK: Final = frozenset({"type", "text"})
_NO_ID: Final = (None, "")

_CONTENT: Final[dict[str, Callable[[Object], Json]]] = {
    "text": _text,
    "blob": _blob,
    "uri": _uri,
    "file": _file,
}
