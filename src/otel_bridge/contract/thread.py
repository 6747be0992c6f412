"""The conversation in a trace: the messages that its calls of models were given and answered with, each once. Pure.

Calls repeat what was said before them: a message is added as often as one call has it, not as often as calls do. What is no list of
messages is one: of a user where it was given to a model, of the assistant where a model gave it.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

Message = Mapping[str, Any]

_SAYS: Final = ("role", "content", "tool_calls", "tool_call_id")
"""What tells messages apart."""


def thread_of(rows: Iterable[Mapping[str, Any]]) -> list[Message]:
    """Return the messages of rows of type `llm`, which come in the order in which they began."""
    thread: list[Message] = []
    known: Counter[str] = Counter()
    for row in rows:
        attributes: Mapping[str, Any] = row.get("span_attributes") or {}
        if attributes.get("type") != "llm":
            continue
        here: Counter[str] = Counter()
        for message in (*_messages(row.get("input"), "user"), *_messages(row.get("output"), "assistant")):
            said = _said(message)
            here[said] += 1
            if here[said] > known[said]:
                known[said] += 1
                thread.append(message)
    return thread


def _messages(value: Any, role: str) -> list[Message]:
    if value is None or value == "":
        return []
    if isinstance(value, Mapping):
        given = cast("Mapping[str, Any]", value)
        for name in ("messages", "choices", "message"):
            if name in given:
                return _messages(given[name], role)
        return [given if "role" in given else {"role": role, "content": _text(given)}]
    if isinstance(value, list) and value:
        items = [_object(each) for each in cast("Iterable[object]", value)]
        if not any({"role", "message"}.isdisjoint(each) for each in items):
            return [message for each in items for message in _messages(each, role)]
    return [{"role": role, "content": _text(value)}]


def _object(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _said(message: Message) -> str:
    kept = {name: message[name] for name in _SAYS if message.get(name) not in (None, "", [])}
    return json.dumps(kept, sort_keys=True, default=str)
