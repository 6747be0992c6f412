"""What a value says, apart from its shape: the texts, numbers and truth values inside of it, and whether another says as much.

It decides nothing and knows no attribute.
"""

from collections.abc import Iterable
from typing import Final, cast

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate import json_text

_LABELS: Final = frozenset({"role", "type"})
"""Keys of a message that say nothing of their own: a losing value need not find them in the winner."""

_NOTHING: Final = frozenset({None, ""})


def scalars(value: Json) -> set[Json]:
    """Return every text, number and truth value inside `value`, except labels."""
    found: set[Json] = set()
    pending: list[Json] = [[value]]
    # A walk without calls, and exact types in place of `isinstance`: much of what OpenInference says is compared here.
    for item in pending:  # It grows by the children of its items that have some themselves.
        children = (
            [child for key, child in item.items() if key not in _LABELS] if type(item) is dict else item
        )
        for child in cast("list[Json]", children):
            kind = type(child)
            if kind is dict or kind is list:
                pending.append(child)
            else:
                found.add(child)
    found -= _NOTHING
    return found


def are_told_in(said: set[Json], whole: set[Json]) -> bool:
    """Tell whether `whole` holds all that `said` does; both are the scalars of values.

    Text that holds a JSON object or list is taken apart, so that its spelling does not count.
    """
    missing = said - whole  # What both have in one spelling need not be taken apart.
    return not missing or _taken_apart(missing) <= _taken_apart(whole)


def _taken_apart(said: Iterable[Json]) -> set[Json]:
    found: set[Json] = set()
    for scalar in said:
        inner = json_text.decoded(scalar)
        if isinstance(inner, dict | list):
            found |= scalars(inner)
        else:
            found.add(scalar)
    return found
