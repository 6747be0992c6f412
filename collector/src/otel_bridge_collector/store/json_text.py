"""JSON values as the compact text that the store keeps, and back. It knows no field of a row.

Never fails: whatever a row holds can be stored and read, and a row that cannot would block all rows behind it.
"""

import json
import math
import sys
from collections.abc import Mapping, Sequence
from typing import Final

import orjson

from otel_bridge.contract.row import Json

_MAX_DEPTH: Final = 300
_TOO_DEEP: Final = "<max depth exceeded>"
_LARGEST: Final = int(sys.float_info.max)


def dump_json(value: Json) -> str:
    """Return what `encode_json` returns, as text."""
    return encode_json(value).decode()


def encode_json(value: Json) -> bytes:
    """Return `value` as compact JSON in UTF-8, in the order of its keys.

    Integers keep all their digits, as a string where no JSON reader could hold them; NaN and infinities become
    null; half of a surrogate pair, which is no character, becomes "?"; what is nested deeper than
    300 levels is cut.
    """
    try:
        return orjson.dumps(value)
    except TypeError:
        # Integers beyond 64 bits, lone surrogates, nesting deeper than 254 levels.
        text = json.dumps(_plain(value, _MAX_DEPTH), ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "replace")


def load_json(text: str) -> Json:
    """Return the value of a text that `dump_json` made; integers beyond 64 bits come back as floats."""
    value: Json = orjson.loads(text)
    return value


def clean_text(text: str) -> str:
    """Return `text` with "?" for what is no character."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _plain(value: Json, depth: int) -> Json:
    if isinstance(value, Mapping):
        return {str(key): _plain(item, depth - 1) for key, item in value.items()} if depth else _TOO_DEEP
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item, depth - 1) for item in value] if depth else _TOO_DEEP
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, int) and abs(value) > _LARGEST:
        return str(value)
    return value
