"""JSON text that was cut off at its end, read as far as it goes.

Nothing is invented: what is open is closed, and half a number, a key without a value or half an escape stays outside. It
reads objects and lists only, and knows no attribute (`truncation` does).

Source: RFC 8259; OpenTelemetry specification 1.x, "Attribute limits" (a limit cuts the end off, wherever it falls).
"""

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

from otel_bridge_collector.translate import json_text

_MAX_CHARS: Final = 1 << 18
"""Longer text is not looked at: the limits that cut it are far below, and its tokens are read one by one."""

_MAX_DEPTH: Final = 128
"""As deep as JSON text is read at all (`json_text`)."""

_CLOSER_OF: Final = {"{": "}", "[": "]"}

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
    if text.lstrip()[:1] not in _CLOSER_OF or len(text) > _MAX_CHARS or json_text.parse(text):
        return None
    scan = _Scan()
    while match := _TOKEN.match(text, scan.end):
        if not scan.take(match["token"], match.end()):
            return None
    if scan.expects_value and (opened := _OPEN_STRING.match(text, scan.end)) and len(opened[0].strip()) > 1:
        return _checked(text, opened.end(), '"' + scan.closers)
    if not scan.says_something or not _OPEN_SCALAR.fullmatch(text, scan.end):
        return None
    return _checked(text, scan.sound_end, scan.sound_closers)


@dataclass(slots=True)
class _Scan:
    """Where reading stands.

    Attributes:
        end: behind the last token.
        sound_end: behind the last value that is complete.
        sound_closers: what is open there, as the text that closes it.
    """

    end: int = 0
    sound_end: int = 0
    sound_closers: str = ""
    says_something: bool = False
    closers: str = ""
    last: str = ""

    @property
    def expects_value(self) -> bool:
        """Whether a value may follow; a key is none."""
        return self.last in (":", "[") or (self.last == "," and self.closers.startswith("]"))

    def take(self, token: str, end: int) -> bool:
        """Read one more token; False when it cannot stand in JSON that was cut."""
        is_value = self.expects_value
        if token in _CLOSER_OF:
            self.closers = _CLOSER_OF[token] + self.closers
        elif token in ("}", "]"):
            if not self.closers.startswith(token):
                return False
            self.closers, is_value = self.closers[1:], True
        elif token in (",", ":"):
            is_value = False
        self.end, self.last = end, token
        if is_value and token not in _CLOSER_OF:
            self.sound_end, self.sound_closers = end, self.closers
            self.says_something = self.says_something or token not in ("}", "]")
        return bool(self.closers) and len(self.closers) <= _MAX_DEPTH


def _checked(text: str, end: int, closers: str) -> Closed | None:
    whole = text[:end] + closers
    return Closed(whole, text[end:]) if json_text.parse(whole) else None
