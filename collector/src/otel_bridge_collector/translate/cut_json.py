"""JSON text that was cut off at its end, read as far as it goes.

Nothing is invented: what is open is closed, and half a number, a key without a value, half an escape or a label that
nothing follows stays outside. It reads objects and lists only, and knows no attribute (`truncation` does).

Source: RFC 8259; OpenTelemetry specification 1.x, "Attribute limits" (a limit cuts the end off, wherever it falls).
"""

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

from otel_bridge_collector.translate import json_text

_MAX_CHARS: Final = 1 << 18
"""Longer text is not looked at: the limits that cut it are far below, and its tokens are read one by one."""

_MAX_DEPTH: Final = 200
"""As deep as JSON text is read at all (`json_text`)."""

_LABELS: Final = ('"role"', '"type"')
"""Keys whose value says nothing of its own, and half of it something else."""

_CLOSER_OF: Final = {"{": "}", "[": "]"}

BEGINNINGS: Final = frozenset(
    character for character in map(chr, range(0x3001)) if character in _CLOSER_OF or character.isspace()
)
"""The first character of what is read here; any other text is none, which is most of the time seen soonest here."""

_TOKEN: Final = re.compile(
    r"""\s*(?P<token> [{}\[\],:] | true | false | null | NaN | -?Infinity
      | "[^"\\]*(?:\\.[^"\\]*)*"
      | -?\d[\d.eE+-]*(?=[\s,\]}])
    )""",
    re.VERBOSE | re.DOTALL,
)
_OPEN_STRING: Final = re.compile(
    r"""\s*"(?: [^"\\]+ | \\[^u]
      | \\u(?![dD][89a-fA-F])[0-9a-fA-F]{4}
      | \\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}
    )*""",
    re.VERBOSE | re.DOTALL,
)
_OPEN_SCALAR: Final = re.compile(r"\s*(?:-|-?\d[\d.eE+-]*|t|tr|tru|f|fa|fal|fals|n|nu|nul|\"[^\"]*)?")


class Closed(NamedTuple):
    """Cut text made whole: `text` is JSON, and `rest` the end of what was given that is no part of it."""

    text: str
    rest: str


def closed(text: str) -> Closed | None:
    """Return `text` as whole JSON; None when it is no JSON that was cut, or says nothing before the cut."""
    first = text[:1]
    if first not in _CLOSER_OF and (first not in BEGINNINGS or text.lstrip()[:1] not in _CLOSER_OF):
        return None
    if len(text) > _MAX_CHARS or text.startswith(json_text.PYTHON) or json_text.parse(text):
        return None
    scan = _Scan()
    while match := _TOKEN.match(text, scan.end):
        if not scan.take(match["token"], match.end()):
            return None
    opened = _OPEN_STRING.match(text, scan.end) if scan.expects_value and not scan.is_labelled else None
    if opened and len(opened[0].strip()) > 1:
        return _checked(text, opened.end(), '"' + scan.closers)
    if not scan.says_something or not _OPEN_SCALAR.fullmatch(text, scan.end):
        return None
    return _checked(text, scan.sound_end, scan.sound_closers)


@dataclass(slots=True)
class _Scan:
    """Where reading stands.

    Attributes:
        end: behind the last token.
        sound_end: behind the last value that is complete and no label.
        sound_closers: what is open there, as the text that closes it.
        closers: what is open at `end`.
        key: the last key, with its quotes.
        last: the last token.
    """

    end: int = 0
    sound_end: int = 0
    sound_closers: str = ""
    says_something: bool = False
    closers: str = ""
    key: str = ""
    last: str = ""

    @property
    def is_labelled(self) -> bool:
        """Whether what follows is the value of a label."""
        return self.last == ":" and self.key in _LABELS

    @property
    def expects_value(self) -> bool:
        """Whether a value may follow; a key is none."""
        return self.last in (":", "[") or (self.last == "," and self.closers.startswith("]"))

    def take(self, token: str, end: int) -> bool:
        """Read one more token; False when it cannot stand in JSON that was cut."""
        if token in _CLOSER_OF:
            self.closers = _CLOSER_OF[token] + self.closers
        elif token in _CLOSER_OF.values():
            if not self.closers.startswith(token):
                return False
            self.closers = self.closers[1:]
            self._mark_sound(end)
        elif token not in (",", ":"):
            self._take_text(token, end)
        self.end, self.last = end, token
        return bool(self.closers) and len(self.closers) <= _MAX_DEPTH

    def _take_text(self, token: str, end: int) -> None:
        if not self.expects_value:
            self.key = token
        elif not self.is_labelled:
            self.says_something = True
            self._mark_sound(end)

    def _mark_sound(self, end: int) -> None:
        self.sound_end, self.sound_closers = end, self.closers


def _checked(text: str, end: int, closers: str) -> Closed | None:
    whole = text[:end] + closers
    return Closed(whole, text[end:]) if json_text.parse(whole) else None
