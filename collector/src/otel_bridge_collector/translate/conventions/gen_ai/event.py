"""Messages, details and evaluations in events of the GenAI conventions, on spans or as log records.

Source: semantic-conventions 1.36 and before (message events), semantic-conventions-genai at 2781a13 (the others);
spec/translation.md sections 4.3 and 14 (8).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from otel_bridge.contract import names
from otel_bridge.contract.row import Json
from otel_bridge_collector.model import Attributes, SpanEvent
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.conventions.gen_ai.content import text_content
from otel_bridge_collector.translate.messages import chat_messages
from otel_bridge_collector.translate.partial import Content, Entry, Rank, Reading

DETAILS: Final = "gen_ai.client.inference.operation.details"
"""It carries the attributes of an inference span, content included."""

_CHOICE: Final = "gen_ai.choice"
_ROLE_OF: Final = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
    _CHOICE: "assistant",
}
_TEXT_OF: Final = {
    "gen_ai.content.prompt": ("input", "user", "gen_ai.prompt"),
    "gen_ai.content.completion": ("output", "assistant", "gen_ai.completion"),
}
_SCORE: Final = "gen_ai.evaluation.score.value"
_SCORE_NAME: Final = "gen_ai.evaluation.name"


class Message(NamedTuple):
    """One event as messages, usually one, and the field that they belong to."""

    field: str
    value: list[Json]


def readings(events: Sequence[SpanEvent]) -> Iterator[Reading]:
    """Yield what the events of a span say; they are kept elsewhere, so no attribute is used up."""
    told = [(event.name, found) for event in events if (found := message(event.name, event.attributes))]
    for field in ("input", "output"):
        value = [
            each
            for index, _ in enumerate(told)
            if _field(told, index) == field
            for each in told[index][1].value
        ]
        if value:
            yield Content(field, value, Rank.EVENTS, ())
    for event in events:
        if event.name == names.GEN_AI_EVALUATION_RESULT_EVENT:
            yield from evaluation(event.attributes)


def message(name: str, told: Attributes) -> Message | None:
    """Return the messages of an event; None when it is no message event or was recorded without content.

    Args:
        name: the event's name.
        told: its attributes, or the body of a log record.
    """
    if name in _TEXT_OF:
        field, role, key = _TEXT_OF[name]
        value = text_content(role, told.get(key))
    elif name in _ROLE_OF:
        field = "output" if name == _CHOICE else "input"
        value = chat_messages(_choice(told) if name == _CHOICE else _message(_ROLE_OF[name], told))
    else:
        return None
    return Message(field, value) if isinstance(value, list) and value else None


def evaluation(told: Attributes) -> Iterator[Entry]:
    """Yield the score of an evaluation; one outside of 0 to 1 is no score and goes to `metadata`."""
    name, value = told.get(_SCORE_NAME), told.get(_SCORE)
    if not isinstance(name, str) or isinstance(value, bool) or not isinstance(value, int | float):
        return
    if 0 <= value <= 1:
        yield Entry("scores", name, value, ())
    else:
        yield Entry("metadata", f"gen_ai.evaluation.{name}", value, ())


def _field(told: Sequence[tuple[str, Message]], index: int) -> str:
    """An assistant's message that ends the list is the answer; before another message it is history."""
    name, found = told[index]
    is_answer = name == "gen_ai.assistant.message" and index == len(told) - 1
    return "output" if is_answer else found.field


def _message(role: str, told: Attributes) -> Json:
    said: dict[str, Json] = {key: told[key] for key in ("name", "tool_calls") if key in told}
    if "content" in told:
        said["content"] = told["content"]
    if not said:
        return None
    if "tool_calls" in said:
        said["tool_calls"] = json_text.decoded(said["tool_calls"])
    identity: dict[str, Json] = {"tool_call_id": told["id"]} if role == "tool" and "id" in told else {}
    return {"role": told.get("role") or role, "content": None, **identity, **said}


def _choice(told: Attributes) -> Json:
    answer = json_text.decoded(told.get("message"))
    if not isinstance(answer, Mapping):
        answer = told if answer is None else {**told, "content": answer}
    chat = _message("assistant", answer)
    reason = told.get("finish_reason")
    return {**chat, "finish_reason": reason} if isinstance(chat, Mapping) and reason else chat
