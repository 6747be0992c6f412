"""JSON in attribute values: text that holds JSON, and JSON written as text.

Instrumentations write structured values as JSON text, because attributes of spans were flat for long. It
decides what counts as JSON and how deep it may be; it knows no attribute.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import orjson

from otel_bridge.contract.row import Json

_MAX_DEPTH: Final = 200
"""As deep as the app side writes values. Deeper text stays text: what reads rows later recurses, orjson to 254 levels."""

_MAX_REMEMBERED: Final = 64
_MAX_REMEMBERED_CHARS: Final = 1 << 15
"""Of parsed texts: together no more than two million characters."""

_OPENERS: Final = ("{", "[", '"')
_BEGINNINGS: Final = frozenset('{["-0123456789tfn') | frozenset(
    character for character in map(chr, range(0x3001)) if character.isspace()
)
"""What JSON text begins with; that most texts are none is seen here, for a twentieth of what a parser takes to refuse them."""

PYTHON: Final = ("{'", "['", "[{'")
"""What Python's repr of an object or a list begins with, and JSON never does; a parser takes long to say so."""


@dataclass(slots=True)
class Parsed:
    """A value that was JSON; apart from None, which may be such a value. Made as readings are (`partial`)."""

    value: Final[Json]


def parse(text: Json) -> Parsed | None:
    """Return the value of JSON text, or None when `text` is no text or no JSON.

    What Python writes beyond JSON is read too: NaN and infinities become texts, lone surrogates "?".
    """
    if not isinstance(text, str) or text[:1] not in _BEGINNINGS:
        return None
    return _remembered(text) if len(text) <= _MAX_REMEMBERED_CHARS else _parsed(text)


def decoded(value: Json) -> Json:
    """Return the object, list or text that `value` holds as JSON text, else `value` itself.

    Text that is a number or a constant stays text: somebody wrote text.
    """
    if (
        isinstance(value, str)
        and value[:1] in _BEGINNINGS
        and value.lstrip()[:1] in _OPENERS
        and (parsed := parse(value))
    ):
        return parsed.value
    return value


def structure(value: Json) -> Parsed | None:
    """Return a value that may come as JSON text or as it is; None for text that is no JSON."""
    return parse(value) if isinstance(value, str) else Parsed(value)


def written(value: Json) -> str:
    """Return `value` as compact JSON text; text as it is."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _parsed(text: str) -> Parsed | None:
    if text.startswith(PYTHON):
        return None
    try:
        value: Json = orjson.loads(text)
    except orjson.JSONDecodeError:
        return _parse_python_json(text)
    return None if _is_too_deep(text, value) else Parsed(value)


_remembered = lru_cache(maxsize=_MAX_REMEMBERED)(_parsed)
"""Several readers of a span ask for the same text; nobody changes what they share."""


def _parse_python_json(text: str) -> Parsed | None:
    if text.lstrip()[:1] not in _OPENERS:
        return None
    try:
        value = json.loads(text, parse_constant=str)
        clean: Json = orjson.loads(json.dumps(value, ensure_ascii=False).encode(errors="replace"))
    except (ValueError, RecursionError):
        return None
    return None if _is_too_deep(text, clean) else Parsed(clean)


def _is_too_deep(text: str, value: Json) -> bool:
    # Each level takes two characters, and to count takes longer than most of what is done with a text.
    if len(text) <= 2 * _MAX_DEPTH or text.count("[") + text.count("{") <= _MAX_DEPTH:
        return False
    level: list[Json] = [value]
    for _ in range(_MAX_DEPTH):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return False
    return True


def _children(value: Json) -> list[Json]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
