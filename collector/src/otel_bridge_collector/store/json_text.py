"""JSON values as the compact text that the store keeps, and back. It knows no field of a row.

Never fails: whatever a row holds can be stored, and a row that cannot would block all rows behind it.
"""

import json
import math
from collections.abc import Mapping, Sequence

import orjson

from otel_bridge.contract.row import Json

_TOO_DEEP = '"<max depth exceeded>"'


def dump_json(value: Json) -> str:
    """Return `value` as compact JSON text in the order of its keys.

    Integers of any size keep all their digits; NaN and infinities become null; half of a surrogate pair,
    which is no character, becomes "?".
    """
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return _dump_unusual(value)


def load_json(text: str) -> Json:
    """Return the value of a text that `dump_json` made; integers beyond 64 bits come back as floats."""
    try:
        value: Json = orjson.loads(text)
    except orjson.JSONDecodeError:  # nested deeper than orjson reads
        value = json.loads(text)
    return value


def clean_text(text: str) -> str:
    """Return `text` with "?" for what is no character."""
    return text.encode("utf-8", "replace").decode()


def _dump_unusual(value: Json) -> str:
    """Write what orjson refuses: integers beyond 64 bits, lone surrogates, deep nesting."""
    try:
        return clean_text(json.dumps(_finite(value), ensure_ascii=False, separators=(",", ":")))
    except RecursionError:
        return _TOO_DEEP


def _finite(value: Json) -> Json:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_finite(item) for item in value]
    return value
