"""Messages of a row as turns of a conversation: text, thought, tool calls and their results, pictures. It knows no HTML.

Whatever shape the messages have, `translate.messages` brings them to that of OpenAI's chat completions first.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal
from urllib.parse import urlencode

from otel_bridge.contract.row import Json
from otel_bridge_collector.store.json_text import dump_json, load_json
from otel_bridge_collector.translate.messages import chat_messages
from otel_bridge_collector.ui.values import Row, text_of, whole

PICTURE_PATH: Final = "/ui/attachment"
MAX_TURNS: Final = 300
"""Of one value; the rest is said to be left out."""

MAX_CHARACTERS: Final = 400_000
"""Of the text of one value."""

MAX_FOUND: Final = 20
_MAX_DEPTH: Final = 32
_ATTACHMENT: Final = "braintrust_attachment"
_PICTURE_DATA: Final = re.compile(r"data:image/(?:png|jpeg|gif|webp|avif);base64,[A-Za-z0-9+/=\s]+")
_LONGEST_PICTURE: Final = 4 << 20
_PICTURES: Final = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif")

Kind = Literal["text", "reasoning", "call", "result", "picture", "file", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing that a message holds.

    Attributes:
        name: of a tool or a file; of a result the call that it answers; else empty.
        source: where a picture or a file is, on this server or in itself; empty for what lies elsewhere, which a page does not load.
        left_out: characters of the text that are not here.
    """

    kind: Kind
    text: str = ""
    name: str = ""
    source: str = ""
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message."""

    role: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """The turns of a value, and how many are left out."""

    turns: tuple[Turn, ...]
    left_out: int


def conversation(value: Json) -> Conversation | None:
    """Return the conversation that a value is, in any shape that is known; None for anything else."""
    messages = _messages(value)
    if messages is None:
        return None
    turns: list[Turn] = []
    room = MAX_CHARACTERS
    for message in messages[:MAX_TURNS]:
        if room <= 0:
            break
        turn = _turn(message, room)
        room -= sum(len(part.text) for part in turn.parts)
        turns.append(turn)
    return Conversation(turns=tuple(turns), left_out=len(messages) - len(turns))


def thread_of(rows: Iterable[Row]) -> Iterator[tuple[Row, Conversation]]:
    """Return for each call of a model, in the order of time, what it adds: messages that an earlier call had are not said again."""
    said: set[str] = set()
    for row in rows:
        messages = [each for field in ("input", "output") for each in _messages(row.get(field)) or ()]
        fresh: list[Json] = []
        for message in messages:
            if (key := dump_json(_without_ids(message))) not in said:
                said.add(key)
                fresh.append(message)
        if found := conversation(fresh):
            yield row, found


def attachments_in(value: Json) -> list[Part]:
    """Return the attachments that a value which is no conversation points to, the first of them."""
    found: list[Part] = []
    waiting: list[tuple[Json, int]] = [(value, 0)]
    while waiting and len(found) < MAX_FOUND:
        each, depth = waiting.pop()
        if isinstance(each, Mapping):
            if each.get("type") == _ATTACHMENT and isinstance(each.get("key"), str):
                found.append(_media(each))
            elif depth < _MAX_DEPTH:
                waiting += [(inner, depth + 1) for inner in reversed(list(each.values()))]
        elif isinstance(each, list) and depth < _MAX_DEPTH:
            waiting += [(inner, depth + 1) for inner in reversed(each)]
    return found


def _messages(value: Json) -> list[Mapping[str, Json]] | None:
    """Return messages of chat completions; None where a value holds none."""
    items = value if isinstance(value, list) else [value]
    unwrapped: list[Json] = [
        each["message"] if isinstance(each, Mapping) and isinstance(each.get("message"), Mapping) else each
        for each in items
    ]
    found = chat_messages(unwrapped)
    if not isinstance(found, list) or not found:
        return None
    messages = [each for each in found if isinstance(each, Mapping) and isinstance(each.get("role"), str)]
    return messages if len(messages) == len(found) else None


def _without_ids(message: Json) -> Json:
    """Return what tells whether two messages are the same: an answer has an id and a reason that it loses when it is sent again."""
    if not isinstance(message, Mapping):
        return message
    return {name: message.get(name) for name in ("role", "content", "tool_calls", "tool_call_id")}


def _turn(message: Mapping[str, Json], room: int) -> Turn:
    role = str(message["role"])
    parts: list[Part] = []
    for part in _parts(role, message):
        if room <= 0:
            break
        cut = max(0, len(part.text) - room)
        shown = replace(part, text=part.text[:room], left_out=part.left_out + cut) if cut else part
        room -= len(shown.text)
        parts.append(shown)
    return Turn(role=role, parts=tuple(parts))


def _parts(role: str, message: Mapping[str, Json]) -> Iterator[Part]:
    for thought in _listed(message.get("reasoning") or message.get("reasoning_content")):
        yield _text("reasoning", thought.get("content") if isinstance(thought, Mapping) else thought)
    called = message.get("tool_call_id")
    for item in _listed(message.get("content")):
        part = _content(item)
        is_result = role == "tool" and part.kind in ("text", "other")
        yield replace(part, kind="result", name=str(called or "")) if is_result else part
    for call in _listed(message.get("tool_calls")):
        yield _call(call)
    if refusal := message.get("refusal"):
        yield _text("text", refusal)


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [] if value is None or value == "" else [value]


def _content(item: Json) -> Part:
    if not isinstance(item, Mapping):
        return _text("text", item)
    kind = item.get("type")
    if kind in ("thinking", "reasoning"):
        return _text("reasoning", item.get("thinking") or item.get("text") or item)
    if isinstance(item.get("text"), str):
        return _text("text", item["text"])
    if kind == "tool_use":
        return _text("call", item.get("input"), name=text_of({"of": item}, "of", "name"))
    if kind == "tool_result":
        return _text("result", item.get("content"), name=text_of({"of": item}, "of", "tool_use_id"))
    return _media_part(item) or _text("other", item)


def _media_part(item: Mapping[str, Json]) -> Part | None:
    """Return the picture or file of a part, wherever its convention keeps it; None for anything else."""
    if item.get("type") == _ATTACHMENT:
        return _media(item)
    for name in ("image_url", "file", "source", "input_audio", "image"):
        held = item.get(name)
        if isinstance(held, Mapping):
            inner = next(
                (held[key] for key in ("url", "file_data", "data") if held.get(key) is not None), held
            )
            return _media(inner if isinstance(inner, str) else _reference(inner, held))
        if isinstance(held, str) and name in ("image_url", "image"):
            return _media(held)
    return None


def _reference(inner: Json, held: Mapping[str, Json]) -> Json:
    return inner if isinstance(inner, Mapping) else held


def _media(value: Json) -> Part:
    if isinstance(value, Mapping):
        key, name = value.get("key"), text_of({"of": value}, "of", "filename")
        if value.get("type") == _ATTACHMENT and isinstance(key, str):
            content_type = text_of({"of": value}, "of", "content_type")
            told = {"key": key, "filename": name} if name else {"key": key}
            source = f"{PICTURE_PATH}?{urlencode(told, errors='replace')}"
            is_picture = content_type in _PICTURES
            return Part(kind="picture" if is_picture else "file", name=name or "attachment", source=source)
        return _text("other", value)
    if isinstance(value, str) and len(value) <= _LONGEST_PICTURE and _PICTURE_DATA.fullmatch(value):
        return Part(kind="picture", name="picture", source=value)
    return _text("file", value)


def _call(call: Json) -> Part:
    function = call.get("function") if isinstance(call, Mapping) else None
    if not isinstance(function, Mapping):
        return _text("call", call)
    return _text("call", _arguments(function.get("arguments")), name=text_of({"of": function}, "of", "name"))


def _arguments(given: Json) -> Json:
    """Return what JSON text says, to be shown over several lines; anything else as it is."""
    if not isinstance(given, str) or not given.startswith(("{", "[")):
        return given
    try:
        return load_json(given)
    except ValueError:
        return given


def _text(kind: Kind, value: Json, *, name: str = "") -> Part:
    shown = whole("" if value is None else value)
    return Part(kind=kind, text=shown.text, name=name, left_out=shown.left_out)
