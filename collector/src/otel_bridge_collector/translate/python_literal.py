"""Values that a producer wrote as Python prints them: `{'city': 'Zürich'}`. Read as literals, never evaluated.

Source: spec/translation.md section 14 (13).
"""

import ast
import json
from typing import Final

from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.json_text import Parsed

_MAX_LENGTH: Final = 1_000_000
"""Longer text stays text: the parser of Python needs many times its length."""


def parse(text: str) -> Parsed | None:
    """Return the JSON value that the repr of a Python value stands for; None when it is no such text."""
    if len(text) > _MAX_LENGTH:
        return None
    try:
        value = ast.literal_eval(text)
        return json_text.parse(json.dumps(value))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
