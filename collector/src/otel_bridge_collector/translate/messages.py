"""One shape for messages: those of OpenAI chat completions, whatever shape they came in.

It converts lists of messages and single ones; what a part of a message becomes stands in `parts`. Values that are no
messages pass unchanged, so that nothing is lost.

Source: spec/translation.md sections 4.4 and 14 (9, 14); semantic-conventions-genai at 2781a13.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Final, TypeGuard

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate import json_text, parts

Object = Mapping[str, Json]

_SYSTEM_ROLES: Final = ("system", "developer")


def chat_messages(value: Json) -> Json:
    """Return messages of the GenAI conventions or of OpenAI as OpenAI chat messages, anything else unchanged."""
    messages = [value] if isinstance(value, Mapping) else value
    if not is_message_list(messages):
        return value
    return [chat for message in messages for chat in _chat_messages(message)]


def is_message_list(value: Json) -> TypeGuard[list[Object]]:
    """Tell whether `value` is a list of messages: objects with a role, at least one."""
    if not isinstance(value, list) or not value:
        return False
    return all(isinstance(item, Mapping) and isinstance(item.get("role"), str) for item in value)


def text_message(role: str, content: Json) -> Json:
    """Return a list of one message."""
    return [_message(role, _chat_content(content), {})]


def with_instructions(instructions: Json, messages: Json) -> Json:
    """Return `messages` behind a system message, unless they have it already.

    Args:
        instructions: text, or parts of the GenAI conventions.
        messages: chat messages, one text of a user, or None.
    """
    if messages is None or isinstance(messages, str):
        messages = [] if messages is None else text_message("user", messages)
    content = instructions if isinstance(instructions, list) else [instructions]
    system = [_message_of_parts("system", content, {})]
    if not isinstance(messages, list):
        return messages
    given = [m.get("content") for m in messages if isinstance(m, Mapping) and m.get("role") in _SYSTEM_ROLES]
    return messages if system[0]["content"] in given else [*system, *messages]


def _chat_messages(message: Object) -> Iterable[Json]:
    listed = message.get("parts")
    if not isinstance(listed, list):
        return [_openai_message(message)]
    role = str(message["role"])
    carried = {
        key: value
        for key, value in message.items()
        if key not in ("role", "parts") and value not in (None, "")
    }
    return [
        chat
        for is_result, run in groupby(listed, _is_tool_result)
        for chat in (
            _tool_messages(run, carried) if is_result else [_message_of_parts(role, list(run), carried)]
        )
    ]


def _openai_message(message: Object) -> Json:
    """A tool's content stays the text that the model got, even where it is JSON."""
    chat = dict(message)
    if "content" in message and message["role"] != "tool":
        chat["content"] = _chat_content(message["content"])
    if isinstance(calls := message.get("tool_calls"), list):
        chat["tool_calls"] = [_tool_call(call) for call in calls]
    return chat


def _tool_call(call: Json) -> Json:
    if isinstance(call, Mapping) and "name" in call and "function" not in call:
        return parts.tool_call(call)
    return call


def _tool_messages(results: Iterable[Json], carried: Object) -> list[Json]:
    return [
        {"role": "tool", "tool_call_id": part.get("id"), "content": parts.tool_result(part), **carried}
        for part in results
        if isinstance(part, Mapping)
    ]


def _message_of_parts(role: str, listed: Sequence[Json], carried: Object) -> dict[str, Json]:
    calls = [parts.tool_call(part) for part in listed if _is_type(part, "tool_call")]
    thoughts = [parts.reasoning(part) for part in listed if _is_type(part, "reasoning")]
    rest = [part for part in listed if not _is_type(part, "tool_call") and not _is_type(part, "reasoning")]
    content = _content([parts.content_part(part) for part in rest])
    extra: dict[str, Json] = {"tool_calls": calls} if calls else {}
    return _message(role, content, {**({"reasoning": thoughts} if thoughts else {}), **extra, **carried})


def _message(role: str, content: Json, others: Object) -> dict[str, Json]:
    return {"role": role, "content": content, **others}


def _content(items: list[Json]) -> Json:
    if len(items) == 1 and isinstance(item := items[0], Mapping) and set(item) == {"type", "text"}:
        return _chat_content(item["text"])
    return items or None


def _chat_content(content: Json) -> Json:
    """Return text, or the parts that it holds as JSON."""
    if not isinstance(content, str) or not content.startswith("["):
        return content
    parsed = json_text.parse(content)
    if parsed is None or not _is_part_list(parsed.value):
        return content
    return _content([parts.content_part(part) for part in parsed.value])


def _is_part_list(value: Json) -> TypeGuard[list[Object]]:
    if not isinstance(value, list) or not value:
        return False
    return all(
        isinstance(item, Mapping) and (isinstance(item.get("type"), str) or isinstance(item.get("text"), str))
        for item in value
    )


def _is_tool_result(part: Json) -> bool:
    return _is_type(part, "tool_call_response")


def _is_type(part: Json, name: str) -> TypeGuard[Object]:
    return isinstance(part, Mapping) and part.get("type") == name
