"""A version as clients write it: a transaction in decimal, or the 16 hex digits that the SDKs print. Pure.

Source: `braintrust` 0.47.0, `xact_ids.py` (spec/translation.md section 1.3).
"""

from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.errors import RequestError

_PRETTY_DIGITS: Final = 16
_PRETTY_FACTOR: Final = 205_891_132_094_649
_WORD: Final = 1 << 64
_DIGITS: Final = len(str(_WORD))
_PREFIX: Final = 0x0DE1 << 48


def read_version(value: Json) -> int:
    """Return the transaction of a version.

    Raises:
        RequestError: it is none.
    """
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _WORD:
        return value
    if isinstance(value, str) and value.isascii() and value.isalnum():
        is_number = value.isdecimal() and len(value) <= _DIGITS and len(value) != _PRETTY_DIGITS
        if is_number and int(value) < _WORD:
            return int(value)
        if len(value) == _PRETTY_DIGITS and (pretty := _hex(value)) is not None:
            return pretty * pow(_PRETTY_FACTOR, -1, _WORD) % _WORD | _PREFIX
    raise RequestError(
        "this is no version",
        code="invalidVersion",
        hint="send an _xact_id, in decimal or as the 16 hex digits that the SDKs print",
    )


def _hex(text: str) -> int | None:
    try:
        return int(text, 16)
    except ValueError:
        return None
