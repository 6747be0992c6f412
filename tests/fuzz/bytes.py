"""Changes by chance to bytes, texts and JSON, as hostile and as broken senders make them."""

import json
import sys
from collections.abc import Sequence
from random import Random
from typing import Any, Final

ODD_BYTES: Final[Sequence[bytes]] = (
    b"", b"\x00", b"\xff", b"\xed\xa0\x80", b"\xc0\x80", b"\r\n", b"%00", b"%", b"'", b'"', b"\\", b"{", b"[[[[", b"-", b"0" * 400, b"9" * 30,
)  # fmt: skip

ODD_VALUES: Final[Sequence[Any]] = (
    None, True, False, 0, -1, 2**31, 2**63, 2**64, -(2**63) - 1, 10**400, 0.5, -0.0, 1e308, 5e-324, "", "0", "NaN", "\ud800", "\x00", "null",
    [], {}, [None], {"": ""}, {"\x00": 1}, "x" * 5000, [[]] * 50, "1970-01-01T00:00:00Z", "99999-01-01", "project_logs", "%s", "'; --",
)  # fmt: skip

_DEPTHS: Final = (3, 60, 127, 200, 255, 300, 400)
_DEEPEST: Final = 10_000


def mutated_bytes(data: bytes, chance: Random, *, changes: int = 4) -> bytes:
    """Return `data` with a few places flipped, cut, doubled or put in."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, changes)):
        start = chance.randrange(len(changed) + 1)
        end = min(start + chance.choice((1, 1, 2, 8, 64, 1000)), len(changed))
        match chance.randrange(5):
            case 0 if start < len(changed):
                changed[start] = chance.randrange(256)
            case 1:
                del changed[start:end]
            case 2:
                changed[start:start] = changed[start:end]
            case 3:
                changed[start:start] = chance.choice(ODD_BYTES)
            case _:
                changed[start:end] = chance.randbytes(end - start)
    return bytes(changed)


def mutated_json(value: Any, chance: Random, *, changes: int = 3) -> Any:
    """Return `value` with a few places inside replaced, left out, doubled or renamed."""
    for _ in range(chance.randint(1, changes)):
        value = _changed(value, chance)
    return value


def dumped(value: Any) -> bytes:
    """Return JSON as a sender writes it, also with half of a surrogate pair and with numbers that are none."""
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(_DEEPEST)  # a few nestings in one another; the encoder in C has a limit of its own
    try:
        return "".join(json.JSONEncoder().iterencode(value)).encode("utf-8", "surrogatepass")
    finally:
        sys.setrecursionlimit(usual)


def _changed(value: Any, chance: Random) -> Any:
    if isinstance(value, dict) and value and chance.random() < 0.85:
        return _changed_object(value, chance)
    if isinstance(value, list) and value and chance.random() < 0.85:
        index = chance.randrange(len(value))
        inner = [_changed(value[index], chance)] * chance.choice((1, 1, 1, 0, 2, 8))
        return [*value[:index], *inner, *value[index + 1 :]]
    if chance.random() < 0.1:
        return _nested(value, chance.choice(_DEPTHS), chance)
    if isinstance(value, str) and value and chance.random() < 0.4:
        return mutated_bytes(value.encode("utf-8", "surrogatepass"), chance).decode("utf-8", "replace")
    return chance.choice(ODD_VALUES)


def _changed_object(value: dict[str, Any], chance: Random) -> dict[str, Any]:
    key = chance.choice(list(value))
    changed = {**value, key: _changed(value[key], chance)}
    match chance.randrange(8):
        case 0:
            del changed[key]
        case 1:
            changed[chance.choice(("", "id", "_is_merge", "$ref", "op", "__proto__", "\ud800"))] = (
                changed.pop(key)
            )
        case _:
            pass
    return changed


def _nested(value: Any, depth: int, chance: Random) -> Any:
    for _ in range(depth):
        value = [value] if chance.random() < 0.5 else {"a": value}
    return value
