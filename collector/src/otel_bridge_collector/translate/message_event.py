"""Events that each carry one message (`gen_ai.user.message`, `gen_ai.choice`), wherever they are written.

Span events, log records and lists of events in an attribute share their shape; who reads which is the subject of the
conventions.

Source: semantic-conventions 1.36 and before; azure-ai-inference 1.0.0b9, `tracing.py`;
opentelemetry-instrumentation-botocore 0.66b2, `extensions/bedrock_utils.py`; spec/translation.md sections 4.3 and 14 (8).
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from otel_bridge.contract.row import Json
from otel_bridge_collector.model import Attributes
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.blocks import plain_result
from otel_bridge_collector.translate.messages import chat_messages

ASSISTANT: Final = "gen_ai.assistant.message"

_CHOICE: Final = "gen_ai.choice"
_BODY: Final = "gen_ai.event.content"
_SYSTEM: Final = "gen_ai.system"
_BEDROCK: Final = "aws.bedrock"
_ROLE_OF: Final = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    ASSISTANT: "assistant",
    "gen_ai.tool.message": "tool",
    _CHOICE: "assistant",
}


class Message(NamedTuple):
    """One event as messages, usually one, and the field that they belong to."""

    field: str
    value: list[Json]


def message(name: str, told: Attributes) -> Message | None:
    """Return the messages of an event; None when it is no message event or was recorded without content.

    Args:
        name: the event's name.
        told: its attributes, or the body of a log record.
    """
    if name not in _ROLE_OF:
        return None
    told = _whole(told)
    field = "output" if name == _CHOICE else "input"
    value = chat_messages(_choice(told) if name == _CHOICE else _message(_ROLE_OF[name], told))
    return Message(field, value) if isinstance(value, list) and value else None


def _whole(told: Attributes) -> Attributes:
    """Return what an event says, also where its body is JSON text in one attribute, as Azure's SDKs have it."""
    body = json_text.decoded(told[_BODY]) if _BODY in told else None
    return {**told, **body} if isinstance(body, dict) else told


def sides(told: Sequence[tuple[str, Message]]) -> dict[str, list[Json]]:
    """Return the messages of each field, for events in their order.

    What an assistant says at the end is the answer; before another message it is history.
    """
    others = [index for index, (name, _) in enumerate(told) if name != ASSISTANT]
    last_other = others[-1] if others else -1
    found: dict[str, list[Json]] = {}
    for index, (name, each) in enumerate(told):
        field = "output" if name == ASSISTANT and index > last_other else each.field
        found.setdefault(field, []).extend(each.value)
    return found


def _message(role: str, told: Attributes) -> Json:
    said: dict[str, Json] = {key: told[key] for key in ("name", "tool_calls") if key in told}
    if "content" in told and (content := _content(role, told)) is not None:
        said["content"] = content
    if not said:
        return None
    if "tool_calls" in said:
        said["tool_calls"] = json_text.decoded(said["tool_calls"])
    call_id = told.get("id", told.get("tool_call_id"))
    if role == "tool" and call_id is None and (results := _results(said.get("content"))):
        return {"role": "user", "content": results}
    identity: dict[str, Json] = {"tool_call_id": call_id} if role == "tool" and call_id is not None else {}
    return {"role": told.get("role") or role, "content": None, **identity, **said}


def _content(role: str, told: Attributes) -> Json:
    """Return the content; Bedrock's events of a user repeat the results of tools, which have events of their own."""
    content = _bare(told["content"])
    if told.get(_SYSTEM) != _BEDROCK or not isinstance(content, list):
        return content
    if role == "tool":
        return json_text.written(plain_result(content))
    return [block for block in content if role != "user" or not _is_result(block)] or None


def _bare(content: Json) -> Json:
    """Return what a content of Google's or of Azure's agents holds: its parts, its text."""
    inner = json_text.decoded(content)
    if not isinstance(inner, dict):
        return content
    if isinstance(parts := inner.get("parts"), list):
        return parts
    text = inner.get("text")
    is_text = set(inner) == {"text"} and isinstance(text, dict) and set(text) == {"value"}
    return text["value"] if is_text and isinstance(text, dict) else content


def _results(content: Json) -> list[Json] | None:
    """Return the blocks of a tool's message that name their calls, as Strands writes them; None where they do not."""
    listed = json_text.decoded(content)
    return listed if isinstance(listed, list) and listed and all(map(_is_result, listed)) else None


def _is_result(block: Json) -> bool:
    return isinstance(block, dict) and ("toolResult" in block or block.get("type") == "tool_result")


def _choice(told: Attributes) -> Json:
    answer = json_text.decoded(told.get("message"))
    if not isinstance(answer, dict):
        answer = told if answer is None else {**told, "content": answer}
    chat = _message("assistant", answer)
    reason = told.get("finish_reason")
    return {**chat, "finish_reason": reason} if isinstance(chat, dict) and reason else chat
