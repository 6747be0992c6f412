"""Values of rows as text for a page. It knows no HTML: the templates escape all of it."""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeGuard

from otel_bridge.contract.row import Json

PREVIEW_CHARACTERS: Final = 160
WHOLE_CHARACTERS: Final = 100_000
_HIDDEN: Final = frozenset({"Cc", "Cf", "Co", "Cs"})
_KEPT: Final = frozenset("\n\t\u200d")  # an emoji of several parts is joined by U+200D
_MINUTE_S: Final = 60
_TRACEBACK: Final = "Traceback (most recent call last):"
_NARROW_LINE: Final = 36
"""Characters of a line of `pre` in a window of 390 pixels."""
_BOX_LINES: Final = 30
"""Lines of `pre` in the height that style.css allows it."""


Row = Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A value as far as a page shows it, and how many characters it leaves out."""

    text: str
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a conversation; `calls` holds its tool calls as JSON, and is empty where it makes none."""

    role: str
    text: str
    calls: str


def visible(text: str) -> str:
    """Return a text in which nothing hides: marks of direction, of no width and of control are written as `⟨U+202E⟩`."""
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n")  # how other systems end a line hides nothing
    return "".join(
        character
        if character in _KEPT or unicodedata.category(character) not in _HIDDEN
        else f"⟨U+{ord(character):04X}⟩"
        for character in text
    )


def preview(value: Json) -> str:
    """Return the begin of a value on one line; empty for none."""
    text = _begin(value)
    line = " ".join(text[: PREVIEW_CHARACTERS * 2].split())
    return (
        line
        if len(line) <= PREVIEW_CHARACTERS and line
        else line[:PREVIEW_CHARACTERS] + ("…" if line else "")
    )


def failure(error: Json) -> str:
    """Return what failed on one line: of a stack trace of Python its last line, the exception; else the begin."""
    if isinstance(error, str) and error.startswith(_TRACEBACK):
        raised = [line for line in error.splitlines() if line and not line[0].isspace()]
        return preview(raised[-1])
    return preview(error)


def is_long(text: str) -> bool:
    """Tell whether a text may be higher than its box, and so has to be reached by a keyboard that scrolls it."""
    return sum(1 + len(line) // _NARROW_LINE for line in text.split("\n")) > _BOX_LINES


def whole(value: Json) -> Whole:
    """Return a value over several lines: a text as it is, anything else as indented JSON."""
    text = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
    return Whole(text=text[:WHOLE_CHARACTERS], left_out=max(0, len(text) - WHOLE_CHARACTERS))


def messages(value: Json) -> list[Message]:
    """Return the conversation that a value is, a message or a list of them; empty for anything else."""
    items = value if isinstance(value, list) else [value]
    found = [_message(item) for item in items]
    return [each for each in found if each] if found and all(found) else []


def number(value: object) -> str:
    """Return a number in few digits; empty for none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return (
        f"{value:,.0f}"
        if float(value).is_integer()
        else f"{value:,.3g}"
        if abs(value) < 1
        else f"{value:,.2f}"
    )


def change(value: object) -> str:
    """Return a difference with its sign; empty for none, and for one that is no difference."""
    shown = number(value)
    if not shown or not value:
        return ""
    return shown if shown.startswith("-") else f"+{shown}"


def seconds(value: object) -> str:
    """Return a duration in a unit that fits; empty for none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    if value < 1:
        return f"{value * 1000:.3g} ms"
    return f"{value:.2f} s" if value < _MINUTE_S else f"{value / _MINUTE_S:.1f} min"


def amount(value: object, unit: str) -> str:
    """Return a number in its unit: `seconds`, `dollars`, or a plain `number`; empty for none."""
    return seconds(value) if unit == "seconds" else dollars(value) if unit == "dollars" else number(value)


def when(value: object) -> str:
    """Return a time as `2026-01-31 10:30:00`, in UTC; what is none, as it is."""
    text = value if isinstance(value, str) else ""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (
        (moment if moment.tzinfo else moment.replace(tzinfo=UTC))
        .astimezone(UTC)
        .strftime("%Y-%m-%d %H:%M:%S")
    )


def numbers_of(value: Json) -> dict[str, float]:
    """Return the members of an object that are numbers."""
    if not isinstance(value, dict):
        return {}
    return {name: item for name, item in value.items() if _is_number(item)}


def metric_of(row: Row, name: str) -> float | None:
    """Return a metric of a row; None where it has none that is a number."""
    metrics = row.get("metrics")
    found = metrics.get(name) if isinstance(metrics, dict) else None
    return found if _is_number(found) else None


def dollars(value: object) -> str:
    """Return US dollars with the digits that say something; empty for none."""
    if not _is_number(value):
        return ""
    return f"${value:,.2f}" if value >= 1 or value == 0 else f"${value:.3g}"


def duration_s(row: Row) -> float | None:
    """Return how long a span took, in seconds; None where it does not say it."""
    start_s, end_s = metric_of(row, "start"), metric_of(row, "end")
    return None if start_s is None or end_s is None else end_s - start_s


def text_of(row: Row, field: str, member: str) -> str:
    """Return a text that is a member of a field of a row; empty where there is none."""
    value = row.get(field)
    found = value.get(member) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _begin(value: Json) -> str:
    if value is None:
        return ""
    if said := messages(value):
        return said[-1].text or said[-1].calls
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _message(value: Json) -> Message | None:
    if not isinstance(value, Mapping) or not isinstance(role := value.get("role"), str):
        return None
    content, calls = value.get("content"), value.get("tool_calls")
    return Message(role=role, text=_content(content), calls=whole(calls).text if calls else "")


def _content(content: Json) -> str:
    if content is None:
        return ""
    parts = content if isinstance(content, list) else [content]
    return "\n".join(_part(part) for part in parts)[:WHOLE_CHARACTERS]


def _part(part: Json) -> str:
    text = part.get("text") if isinstance(part, Mapping) else part
    return text if isinstance(text, str) else whole(part).text


def tags_of(value: Json) -> Sequence[str]:
    """Return the tags of a row."""
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
