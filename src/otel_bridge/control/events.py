"""Server-sent events: from the parts of an answer to named events. It knows no event.

Source: HTML standard, section 9.2 "Server-sent events"; of its fields, `event` and `data`.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

_ENDS: Final = re.compile("\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its name, `message` where it has none, and its lines of data."""

    name: str
    data: str


def events_of(parts: Iterable[bytes]) -> Iterator[Event]:
    """Yield the events in parts of a text, which may end anywhere; one that is cut off at the end is none."""
    name, data = "", list[str]()
    for line in _lines(parts):
        if not line:
            if data:
                yield Event(name or "message", "\n".join(data))
            name, data = "", []
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            name = value
        elif field == "data":
            data.append(value)


def _lines(parts: Iterable[bytes]) -> Iterator[str]:
    """Yield the lines that are whole."""
    decode = codecs.getincrementaldecoder("utf-8-sig")("replace").decode
    begun, ends_with_cr = list[str](), False
    for part in parts:
        text = decode(part)
        if not text:
            continue
        first, *more = _ENDS.split(text.removeprefix("\n") if ends_with_cr else text)
        ends_with_cr = text.endswith("\r")
        begun.append(first)
        for line in more:
            yield "".join(begun)
            begun = [line]
