"""Message events in a list in one attribute, as Logfire's Responses wrapper and the first Pydantic AI wrote them.

An item is the body of the event with its name beside (`event.name`). Its content may have parts with a `kind`, and
what the Responses wrapper did not understand is an item of its own (`gen_ai.unknown`, with the original as `data`).
"""

from collections.abc import Mapping
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.message_event import ASSISTANT, Message, message, sides
from otel_bridge_collector.translate.messages import chat_messages

Object = Mapping[str, Json]

EVENT_NAME: Final = "event.name"
_UNKNOWN: Final = "gen_ai.unknown"


def messages_in(value: Json) -> dict[str, list[Json]]:
    """Return the messages of each field; nothing where `value` is no list of events."""
    named = [(str(item[EVENT_NAME]), item) for item in _items(value)]
    return sides([found for name, item in named if (found := _message(name, item))])


def not_understood(value: Json) -> list[Object]:
    """Return what no message says of the items that the wrapper did not understand, such as the role that it gave them."""
    unknown = [item for item in _items(value) if item[EVENT_NAME] == _UNKNOWN]
    return [{key: said for key, said in item.items() if key != "data"} for item in unknown]


def _items(value: Json) -> list[Object]:
    parsed = json_text.structure(value)
    listed = parsed.value if parsed and isinstance(parsed.value, list) else []
    return [item for item in listed if isinstance(item, dict) and EVENT_NAME in item]


def _message(name: str, item: Object) -> tuple[str, Message] | None:
    if name == _UNKNOWN:
        return _unknown(item)
    answer = item.get("message")
    told = {**item, "message": _typed(answer)} if isinstance(answer, dict) else _typed(item)
    found = message(name, told)
    return (name, found) if found else None


def _unknown(item: Object) -> tuple[str, Message] | None:
    if not isinstance(data := item.get("data"), dict):
        return None
    role = _role(item, data)
    chat = chat_messages([{"role": role, "content": [data]}])
    found = Message("input", chat if isinstance(chat, list) else [])
    return (ASSISTANT if role == "assistant" else _UNKNOWN, found)


def _role(item: Object, data: Object) -> str:
    """The wrapper forgets the role of a part; only a model reasons."""
    role = item.get("role")
    if isinstance(role, str) and role != "unknown":
        return role
    return "assistant" if data.get("type") == "reasoning" else "user"


def _typed(told: Object) -> Object:
    """Return a message whose parts have a `type`; parts whose content was left out are absent."""
    content = told.get("content")
    listed = [content] if isinstance(content, dict) else content
    if not isinstance(listed, list):
        return told
    parts = [_part(part) for part in listed if not (isinstance(part, dict) and set(part) == {"kind"})]
    others = {key: value for key, value in told.items() if key != "content"}
    return {**others, "content": parts} if parts else others


def _part(part: Json) -> Json:
    if not isinstance(part, dict) or "kind" not in part:
        return part
    others = {key: value for key, value in part.items() if key not in ("kind", "binary_content")}
    if part["kind"] == "thinking":
        return {"type": "reasoning", "content": part.get("text")}
    data: Object = {"content": part["binary_content"]} if "binary_content" in part else {}
    return {"type": part["kind"], **others, **data}
