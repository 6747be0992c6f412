"""Flattened attributes back to nested values: `prefix.0.role` and the like.

Several conventions flatten lists and objects this way. It knows how keys nest, not what they mean.
"""

from collections.abc import Iterable, Mapping
from typing import Final, cast

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate.name_set import NameSet, name_set

_MAX_SEGMENTS: Final = 16
"""A key with more is no flattened value."""

_DIGITS: Final = 9
"""Of an index; Python reads no number of very many digits."""


def below(attributes: Mapping[str, Json], prefix: str) -> dict[str, Json]:
    """Return the attributes whose key continues `prefix` by a path of names and indexes, by that path."""
    return {path: attributes[name] for path, name in name_set(attributes).below(prefix, _is_path)}


def items_below(attributes: Mapping[str, Json], prefix: str) -> dict[str, Json]:
    """Return those of `below` whose path begins with an index."""
    return {path: attributes[name] for path, name in name_set(attributes).below(prefix, _is_item)}


def list_below(attributes: Mapping[str, Json], prefix: str) -> tuple[Json, tuple[str, ...]]:
    """Return what `items_below` nests to (an empty object where there is nothing), and the attributes that it is made of."""
    shape, used = name_set(attributes).plan_below(prefix, _listed)
    return _filled(shape, attributes), used


def nested(flat: Mapping[str, Json]) -> Json:
    """Return the value that was flattened; an object whose keys are all indexes is a list.

    Lists are in the order of their indexes, without gaps. A value whose path others continue (`a` beside `a.b`)
    stands among them under the empty key.
    """
    return _filled(name_set(flat).plan(_own_shape), flat)


def _listed(told: NameSet, prefix: str) -> tuple[Json, tuple[str, ...]]:
    found = told.below(prefix, _is_item)
    return _shape(found), tuple([name for _, name in found])


def _own_shape(paths: NameSet) -> Json:
    return _shape([(path, path) for path in paths.names])


def _shape(paths: Iterable[tuple[str, str]]) -> Json:
    """Return what was flattened with the name of each value in its place; nothing is an empty object.

    Args:
        paths: each with the name of its value.
    """
    root = _Branch()
    for path, name in paths:
        *steps, last = path.split(".")
        branch = root
        for step in steps:
            branch = branch.child(step)
        branch.put(last, name)
    return _value(root)


def _filled(shape: Json, values: Mapping[str, Json]) -> Json:
    if isinstance(shape, str):
        return values[shape]
    if isinstance(shape, dict):
        # Most children are values: to see that here and not in a call of its own takes half of the time.
        return {
            step: values[child] if isinstance(child, str) else _filled(child, values)
            for step, child in shape.items()
        }
    return [_filled(child, values) for child in shape] if isinstance(shape, list) else shape


class _Branch(dict[str, object]):
    """What stands below one step of a path."""

    def child(self, step: str) -> "_Branch":
        found = self.get(step)
        if not isinstance(found, _Branch):
            found = _Branch({"": found} if step in self else {})
            self[step] = found
        return found

    def put(self, step: str, value: str) -> None:
        found = self.get(step)
        if isinstance(found, _Branch):
            found[""] = value
        else:
            self[step] = value


def _value(node: object) -> Json:
    if not isinstance(node, _Branch):
        return cast("Json", node)
    if node and all(_is_index(step) for step in node):
        return [_value(node[step]) for step in sorted(node, key=int)]
    return {step: _value(child) for step, child in node.items()}


def _is_path(path: str) -> bool:
    steps = path.split(".")
    return len(steps) <= _MAX_SEGMENTS and "" not in steps


def _is_item(path: str) -> bool:
    return _is_path(path) and _is_index(path.partition(".")[0])


def _is_index(step: str) -> bool:
    return step.isascii() and step.isdigit() and len(step) <= _DIGITS
