"""Where and why the protobuf JSON mapping refused a document, without the value: it may be a prompt.

Source: `google.protobuf.json_format` 5 to 7. Its error names the fields on the way down one in another, and for some
faults the path with indexes at the end; between them stands a text with the value.
"""

import re
from collections.abc import Sequence
from typing import Final

from google.protobuf.json_format import ParseError

_STEP: Final = re.compile(r"Failed to parse ([A-Za-z_]+) field: ")
_PATH: Final = re.compile(r' at "?[A-Z]\w*\.([\w.\[\]]*\w\]?)"?\.*\Z')
_TOO_DEEP: Final = "Message too deep"


def describe(error: ParseError) -> str:
    """Say which field is at fault; indexes stand in it where protobuf tells them."""
    text = str(error)
    steps: list[str] = []
    end = 0
    while step := _STEP.match(text, end):
        steps.append(step[1])
        end = step.end()
    if text.startswith(_TOO_DEEP, end):
        return f"{'.'.join(steps[:1])} is nested too deep"
    return f"{_place(steps, _PATH.search(text, end))} has a value of the wrong kind"


def _place(steps: Sequence[str], path: re.Match[str] | None) -> str:
    if path is None:
        return ".".join(steps)
    # Of an object where a list belongs the path is that of its owner.
    is_owner = not re.search(rf"\b{steps[-1]}\b", path[1])
    return f"{path[1]}.{steps[-1]}" if is_owner else path[1]
