"""Messages of OpenInference, un-flattened but under their own names, to OpenAI chat messages.

| attribute below `message.` | becomes |
| --- | --- |
| `content`, `contents.<n>.message_content.*` | content; the second repeats the first where both are one text |
| `message_content.type` reasoning | an item of `reasoning` |
| `message_content.image`, `.audio`, `.video`, `.document` | `image_url` for images, else `file` |
| `tool_calls.<n>.tool_call.*`, the same in `contents`, `function_call_name` | an item of `tool_calls` |
| `tool_call_id`, also in `contents` | the message of a tool |

AutoGen's instrumentation writes the results of tools as `function.<n>` and the reasoning as `thought`, both beside `message`.

Source: openinference-semantic-conventions 0.1.42; the instrumentations for AutoGen AgentChat 0.1 and BeeAI 0.1.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.messages import chat_messages

Object = Mapping[str, Json]

_ROLE_OF: Final[Mapping[str, str]] = {"agent": "assistant", "function": "tool"}
_MEDIA: Final = ("image", "audio", "video", "document")
_CONVERTED: Final = frozenset({
    "role", "content", "contents", "tool_calls", "function_call_name", "function_call_arguments_json", "function", "thought",
})  # fmt: skip
_PLAIN: Final = frozenset({"role", "content"})
"""What most messages have alone."""


def messages(items: Json, role: str) -> Json:
    """Return a list of `{"message": {...}}` as chat messages, without those that have a role and nothing else.

    Args:
        items: the list; what stands beside `message` in an item belongs to the message too.
        role: the role of a message that names none.
    """
    listed = [_told(item) for item in _list(items)]
    said = [told for told in listed if any(value for key, value in told.items() if key != "role")]
    return chat_messages([_message(told, role) for told in said])


def _told(item: Json) -> Object:
    if not isinstance(item, dict):
        return {}
    inner = item.get("message", item)
    if len(item) == 1 and isinstance(inner, dict):
        return inner
    return {**_without(item, "message"), **_inner(item, "message")}


def _message(told: Object, default_role: str) -> Object:
    role = _role(told, default_role)
    if told.keys() <= _PLAIN:
        return {"role": role, "content": told.get("content")}
    contents = _list(told.get("contents"))
    said: dict[str, Json] = {
        "role": role,
        "content": _content(told.get("content"), [*_parts(told, contents)], is_tool=role == "tool"),
        **{key: value for key, value in told.items() if key not in _CONVERTED and value != ""},
    }
    if calls := _calls(told, contents):
        said["tool_calls"] = calls
    return said


def _role(told: Object, default: str) -> str:
    role = str(told.get("role") or default)
    is_result = role == "user" and "tool_call_id" in told
    return "tool" if is_result else _ROLE_OF.get(role, role)


def _content(text: Json, parts: list[Object], *, is_tool: bool) -> Json:
    if not parts:
        return text  # Or a list of texts.
    texts = [part["text"] for part in parts if part.get("type") == "text" and "text" in part]
    if is_tool and not text and len(parts) == len(texts) == 1:
        return texts[0]  # A tool's content stays the text that the model got, even where it is JSON.
    return parts if not text or texts == [text] else [{"type": "text", "text": text}, *parts]


def _parts(told: Object, contents: Iterable[Json]) -> Iterator[Object]:
    if "thought" in told:
        yield {"type": "reasoning", "content": told["thought"]}
    for item in contents:
        if not _is_call(item):
            yield _part(_inner(item, "message_content"), _inner(item, "message"))
    for result in _list(told.get("function")):
        yield _result(json_text.decoded(result))


def _part(told: Object, result: Object) -> Object:
    if "tool_call_id" in result:
        return {"type": "tool_call_response", "id": result["tool_call_id"], "response": told.get("text")}
    if medium := next((name for name in _MEDIA if name in told), None):
        return _medium_part(medium, told)
    kind, text = told.get("type", "text"), told.get("text")
    others = _without(told, "type", "text")
    if kind == "reasoning":
        return {"type": kind, "content": text, **others}
    block = json_text.decoded(text)
    if kind != "text" and isinstance(block, dict):  # A block of no known type is written as JSON.
        return {"type": kind, **block, **others}
    return {"type": kind, "text": text, **others}


def _result(told: Json) -> Object:
    """Return the result of a tool in AutoGen's shape."""
    if not isinstance(told, dict):
        return {"type": "tool_call_response", "response": told}
    named: Object = {"id": told.get("call_id"), "response": told.get("content")}
    return {"type": "tool_call_response", **named, **_without(told, "call_id", "content")}


def _medium_part(medium: str, told: Object) -> Object:
    source = _inner(told.get(medium), medium)
    url = source.get("url", told[medium])
    if not isinstance(url, str):
        return told  # An image of which only the type is told.
    return {
        "type": "uri",
        "modality": medium,
        "uri": url,
        **_without(source, "url", "type"),
        **_without(told, "type", medium),
    }


def _calls(told: Object, contents: list[Json]) -> list[Json]:
    """The calls among the contents repeat those beside them."""
    calls: list[Json] = [_call(_inner(item, "tool_call")) for item in _list(told.get("tool_calls"))]
    among = [_call(_inner(item, "tool_call")) for item in contents if _is_call(item)]
    calls.extend(call for call in among if call not in calls)
    if "function_call_name" in told:
        arguments = told.get("function_call_arguments_json")
        calls.append({"name": told["function_call_name"], "arguments": arguments})
    return calls


def _call(told: Object) -> Object:
    function = _inner(told, "function")
    named: Object = {"name": function.get("name"), "arguments": function.get("arguments")}
    return {**named, **_without(told, "function")}


def _is_call(item: Json) -> bool:
    return isinstance(item, dict) and "tool_call" in item


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _inner(value: Json, name: str) -> Object:
    """Return the object under `name` in `value`, else `value`; nothing where there is no object."""
    if not isinstance(value, dict):
        return {}
    inner = value.get(name, value)
    return inner if isinstance(inner, dict) else {}


def _without(told: Object, *keys: str) -> Object:
    return {key: value for key, value in told.items() if key not in keys}
