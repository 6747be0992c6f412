"""The steps of two traces side by side, by name and order, and what differs between them: pure."""

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from difflib import unified_diff
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.ui.timeline import Step
from otel_bridge_collector.ui.values import whole

MAX_LINES: Final = 400
"""Of a text that is compared line by line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A step of one trace and the one of the other that has its place; None where there is none.

    Attributes:
        step: the one that is there, of both the left one.
        left: of the one trace.
        right: of the other.
        is_same_output: None unless both outputs are known.
        changes: lines of a diff of the outputs; empty where they are the same or only one is there.
    """

    step: Step
    left: Step | None
    right: Step | None
    is_same_output: bool | None = None
    changes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Node:
    step: Step
    below: list["_Node"]


def pairs_of(left: Sequence[Step], right: Sequence[Step]) -> list[Pair]:
    """Return the steps of two trees in one order.

    Under each pair the first step of a name and type goes with the first one of the other side, the second with the
    second, and so on. What only the right side has stands behind what it follows there.
    """
    return list(_pairs(_tree(left), _tree(right)))


def with_outputs(pairs: Sequence[Pair], left: Mapping[str, Json], right: Mapping[str, Json]) -> list[Pair]:
    """Return the pairs with what differs in their outputs, which are given by the ids of rows."""
    return [_with_output(pair, left, right) for pair in pairs]


def _tree(steps: Sequence[Step]) -> list[_Node]:
    roots: list[_Node] = []
    path: list[_Node] = []
    for step in steps:
        node = _Node(step, [])
        while path and path[-1].step.depth >= step.depth:
            path.pop()
        (path[-1].below if path else roots).append(node)
        path.append(node)
    return roots


def _pairs(left: Sequence[_Node], right: Sequence[_Node]) -> Iterator[Pair]:
    # Trees are as deep as `timeline.MAX_DEPTH`, so this may call itself.
    for shown, ours, theirs in _matched(left, right):
        yield Pair(step=shown.step, left=ours.step if ours else None, right=theirs.step if theirs else None)
        yield from _pairs(ours.below if ours else (), theirs.below if theirs else ())


def _matched(
    left: Sequence[_Node], right: Sequence[_Node]
) -> Iterator[tuple[_Node, _Node | None, _Node | None]]:
    waiting: dict[tuple[str, str], deque[int]] = defaultdict(deque)
    for at, node in enumerate(right):
        waiting[_name(node)].append(at)
    places = [waiting[_name(node)].popleft() if waiting[_name(node)] else None for node in left]
    behind = _behind(len(right), {at for at in places if at is not None})
    yield from ((right[at], None, right[at]) for at in behind[None])
    for node, place in zip(left, places, strict=True):
        yield node, node, None if place is None else right[place]
        if place is not None:
            yield from ((right[at], None, right[at]) for at in behind[place])


def _behind(count: int, taken: Set[int]) -> dict[int | None, list[int]]:
    """Return what is not taken of so many, by the taken one that it follows; None is the begin."""
    behind: dict[int | None, list[int]] = defaultdict(list)
    follows: int | None = None
    for at in range(count):
        if at in taken:
            follows = at
        else:
            behind[follows].append(at)
    return behind


def _name(node: _Node) -> tuple[str, str]:
    return node.step.name, node.step.type


def _with_output(pair: Pair, left: Mapping[str, Json], right: Mapping[str, Json]) -> Pair:
    if pair.left is None or pair.right is None or pair.left.id not in left or pair.right.id not in right:
        return pair
    before, after = left[pair.left.id], right[pair.right.id]
    if before == after:
        return replace(pair, is_same_output=True)
    return replace(pair, is_same_output=False, changes=_changes(before, after))


def _changes(before: Json, after: Json) -> tuple[str, ...]:
    return tuple(unified_diff(_lines(before), _lines(after), lineterm="", n=2))[2:]


def _lines(value: Json) -> list[str]:
    return whole("" if value is None else value).text.split("\n")[:MAX_LINES]
