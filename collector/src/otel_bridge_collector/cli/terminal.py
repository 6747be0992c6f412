"""What senders wrote, for a terminal: it shows it, and obeys nothing of it.

Names, inputs and errors of spans may hold escape sequences, by which a terminal changes its title, its colours or the clipboard, or shows
what is not there.
"""

import json
import re
import sys
from typing import Final

_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""All but tabs and line ends."""

_NOT_ESCAPED: Final = re.compile(r"[\x7f-\x9f]")
"""What JSON may hold as it is."""


def printable(text: str) -> str:
    """Return a text in which control characters are written as Python writes them."""
    return _CONTROLS.sub(lambda found: repr(found[0])[1:-1], text)


def printed(text: str) -> str:
    """Return a text as it is printed on stdout: as it is where that is no terminal."""
    return printable(text) if sys.stdout.isatty() else text


def json_text(value: object, *, indent: int | None = None) -> str:
    """Return JSON that any terminal can be shown, and any parser reads as the same value."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return _NOT_ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
