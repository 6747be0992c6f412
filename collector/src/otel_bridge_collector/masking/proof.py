"""The proof of masking: an attribute or a key of `metadata` that says by which rules, and how much.

An app may have masked before: what it says of itself stays beside it, as far as it has the form of a proof.

Source: docs/masking.md, "Proof".
"""

import json
import re
from collections.abc import Mapping
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.masking.rules import RuleSet
from otel_bridge_collector.masking.walk import Walk

_DIGITS: Final = re.compile(r"[0-9a-f]{16}")
_MAX_LENGTH: Final = 1000


def proof_of(rules: RuleSet, walk: Walk, before: Json = None) -> dict[str, Json]:
    """Return the proof of a walk, beside the one that was there before."""
    proof: dict[str, Json] = {**_said(before), "rules": rules.fingerprint, "masked": walk.count}
    return {**proof, "error": walk.error} if walk.error else proof


def is_proof(value: Json) -> bool:
    """Tell whether a value says no more than a proof does."""
    read = _read(value)
    return read is not None and _said(value) == read


def _said(value: Json) -> dict[str, Json]:
    read = _read(value)
    return {key: each for key, each in (read or {}).items() if _fits(key, each)}


def _read(value: Json) -> Mapping[str, Json] | None:
    if isinstance(value, str) and len(value) <= _MAX_LENGTH:
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    return value if isinstance(value, Mapping) else None


def _fits(key: str, value: Json) -> bool:
    match key:
        case "function" | "rules":
            return isinstance(value, str) and _DIGITS.fullmatch(value) is not None
        case "values" | "masked":
            return isinstance(value, int) and abs(value) < 1 << 53
        case _:
            return False
