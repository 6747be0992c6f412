"""One message, of the GenAI conventions or of a provider, to OpenAI chat messages: one, and one for each result of a tool.

What its parts become stands in `parts`, which part a provider's block is in `blocks`. Lists of messages are the subject of
`messages`.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Final, TypeGuard

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate import json_text, parts
from otel_bridge_collector.translate.blocks import is_block, part_of

Object = Mapping[str, Json]

_ROLE_OF: Final[Mapping[str, str]] = {"model": "assistant", "ai": "assistant", "human": "user"}
"""Google's and LangChain's names of the two sides; any other role stays as it is."""

_TOOL: Final = "tool"
_CONVERTED: Final = frozenset({"role", "parts", "content", "tool_calls"})
_TEXT_KEYS: Final = ("type", "content")
_ROLE_AND_PARTS: Final = ("role", "parts")


def chat_message(message: Object) -> list[Object]:
    """Return the chat messages for one; none where it has a list of parts and the list is empty."""
    spoken = message["role"]
    role = _ROLE_OF.get(spoken, spoken) if isinstance(spoken, str) else spoken
    if (text := _only_text(message)) is not None:
        content = text if role == _TOOL or text[:1] != "[" else chat_content(text)
        if len(message) == len(_ROLE_AND_PARTS):
            return [{"role": role, "content": content}]
        return [{"role": role, "content": content, **_carried(message)}]
    listed = _parts(message)
    if listed is None:
        return [_with_calls({**message, "role": role})]
    carried = _carried(message)
    if message.get("tool_calls"):
        carried["tool_calls"] = message["tool_calls"]
        if not listed:
            return [message_of_parts(role, [], carried)]
    return [
        chat
        for is_result, run in groupby(listed, _is_tool_result)
        for chat in (
            _tool_messages(run, carried) if is_result else [message_of_parts(role, list(run), carried)]
        )
    ]


def message_of_parts(role: Json, listed: Sequence[Json], carried: Object) -> Object:
    """Return one message of parts, none of them the result of a tool, with the other keys that it has."""
    calls: list[Object] = []
    thoughts: list[Object] = []
    rest: list[Json] = []
    for part in listed:
        if _is_type(part, "tool_call"):
            calls.append(parts.tool_call(part))
        elif _is_type(part, "reasoning"):
            thoughts.append(parts.reasoning(part))
        else:
            rest.append(part)
    beside: Object = {"reasoning": thoughts} if thoughts else {}
    # The text of a tool stays what the model got, even where it is JSON.
    content = _content(rest) if role == _TOOL else chat_content(_content(rest))
    chat = _with_calls({"role": role, "content": content, **beside, **carried})
    return {**chat, "tool_calls": _united(calls, chat.get("tool_calls"))} if calls else chat


def chat_content(content: Json) -> Json:
    """Return text, or the parts that it holds as JSON."""
    listed = _parsed_blocks(content)
    return _content([part_of(block) for block in listed]) if listed else content


def _only_text(message: Object) -> str | None:
    """Return the text of a message that is one text and nothing else, as most are; what `_parts` would lead to, sooner."""
    listed = message.get("parts")
    if not isinstance(listed, list) or len(listed) != 1:
        return None
    part = listed[0]
    if not isinstance(part, dict) or len(part) != len(_TEXT_KEYS) or part.get("type") != "text":
        return None
    text = part.get("content")
    return text if isinstance(text, str) and not message.get("tool_calls") else None


def _carried(message: Object) -> dict[str, Json]:
    """Return what a message says beside its content."""
    return {key: value for key, value in message.items() if key not in _CONVERTED and value not in (None, "")}


def _parts(message: Object) -> list[Json] | None:
    """Return the parts of a message; None where its content is no list."""
    listed = message.get("parts")
    if not isinstance(listed, list):
        content = message.get("content")
        listed = content if message["role"] == _TOOL else _parsed_blocks(content) or content
        if not isinstance(listed, list) or not listed:
            return None
    return [part_of(block) for block in listed]


def _parsed_blocks(content: Json) -> list[Json] | None:
    if not isinstance(content, str) or not content.startswith("["):
        return None
    parsed = json_text.parse(content)
    listed = parsed.value if parsed else None
    return listed if isinstance(listed, list) and listed and all(map(is_block, listed)) else None


def _with_calls(message: Object) -> Object:
    calls = message.get("tool_calls")
    return (
        {**message, "tool_calls": [_tool_call(call) for call in calls]}
        if isinstance(calls, list)
        else message
    )


def _tool_call(call: Json) -> Json:
    if not isinstance(call, dict):
        return call
    function = call.get("function")
    if isinstance(function, dict) and not isinstance(function.get("arguments", ""), str):
        return {**call, "function": {**function, "arguments": json_text.written(function["arguments"])}}
    return parts.tool_call(call) if "name" in call and "function" not in call else call


def _united(calls: list[Object], given: Json) -> list[Json]:
    """LangChain lists the calls of an Anthropic message beside its content as well."""
    known = {_identity(call) for call in calls}
    others = given if isinstance(given, list) else []
    return [*calls, *(call for call in others if not (isinstance(call, dict) and _identity(call) in known))]


def _identity(call: Object) -> str | None:
    """Return the id of a call; what is no id of a provider's, as JSON."""
    told = call.get("id")
    return told if told is None or isinstance(told, str) else json_text.written([told])


def _tool_messages(results: Iterable[Json], carried: Object) -> list[Object]:
    return [
        {"role": _TOOL, **parts.tool_result(part), **carried} for part in results if isinstance(part, dict)
    ]


def _content(listed: Sequence[Json]) -> Json:
    items = [parts.content_part(part) for part in listed]
    if len(items) == 1 and _is_type(item := items[0], "text") and set(item) == {"type", "text"}:
        return item["text"]
    return items or None


def _is_tool_result(part: Json) -> bool:
    return _is_type(part, "tool_call_response")


def _is_type(part: Json, name: str) -> TypeGuard[Object]:
    return isinstance(part, dict) and part.get("type") == name
