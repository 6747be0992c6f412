"""What a value says, apart from its shape: the texts, numbers and truth values inside of it, and whether another says as much.

It decides nothing and knows no attribute.
"""

from collections.abc import Iterable
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.cut_json import BEGINNINGS

_LABELS: Final = frozenset({"role", "type"})
"""Keys of a message that say nothing of their own: a losing value need not find them in the winner."""

_NOTHING: Final = frozenset({None, ""})


def scalars(value: Json) -> set[Json]:
    """Return every text, number and truth value inside `value`, except labels."""
    leaves: list[Json] = []
    pending: list[Json] = [value]
    # Most objects have no label, and their children are taken as they stand: much of what OpenInference says is compared here.
    for item in pending:  # It grows by the children of its items.
        if isinstance(item, dict):
            is_labelled = "role" in item or "type" in item
            pending += (
                [child for key, child in item.items() if key not in _LABELS] if is_labelled else item.values()
            )
        elif isinstance(item, list):
            pending += item
        else:
            leaves.append(item)
    return set(leaves) - _NOTHING


def are_told_in(said: set[Json], whole: set[Json]) -> bool:
    """Tell whether `whole` holds all that `said` does; both are the scalars of values.

    Text that holds a JSON object or list is taken apart, so that its spelling does not count.
    """
    missing = said - whole  # What both have in one spelling need not be taken apart.
    return not missing or _taken_apart(missing) <= _taken_apart(whole)


def _taken_apart(said: Iterable[Json]) -> set[Json]:
    found: set[Json] = set()
    for scalar in said:
        inner = json_text.decoded(scalar) if isinstance(scalar, str) and scalar[:1] in BEGINNINGS else scalar
        if isinstance(inner, dict | list):
            found |= scalars(inner)
        else:
            found.add(scalar)
    return found
