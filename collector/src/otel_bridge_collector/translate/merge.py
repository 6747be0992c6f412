"""Decide between the readings of several conventions, and find the attributes that none of them used.

It knows no convention. A reading that comes first wins its field or key; among contents of one field the better
rank wins. An attribute whose value lost stays a leftover, unless the winner holds all that it says.

Source: spec/translation.md sections 4.7, 4.8 and 14 (6).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from otel_bridge.contract.row import Json, SpanType
from otel_bridge_collector.model import Attributes
from otel_bridge_collector.translate.messages import is_message_list
from otel_bridge_collector.translate.partial import Content, Entry, ObjectField, Partial, Rank, Reading
from otel_bridge_collector.translate.scalar import are_told_in, scalars

_MODEL: Final = "model"
_REQUEST_MODEL: Final = "request_model"
"""A model that is not the row's own is no loss where it is the one that was asked for."""

_MEDIA: Final = ("image_url", "file", "input_audio")
"""Types of parts in OpenAI's chat messages that are no text."""


@dataclass(slots=True)
class Merged:
    """What all conventions together say about a span; made as readings are.

    Attributes:
        contents: whole fields by name.
        objects: fields with keys by name, none of them empty and all made anew; the keys of `tags` are the tags.
        fallback_type: the type if `span_attributes` has none.
        leftovers: the attributes that no reading used, under their own keys.
    """

    contents: Final[Mapping[str, Json]]
    objects: Final[Mapping[ObjectField, dict[str, Json]]]
    fallback_type: Final[SpanType | None]
    leftovers: Final[Attributes]


def merge(partials: Sequence[Partial], attributes: Attributes, *, preserve: bool = False) -> Merged:
    """Merge partials, the one with the highest precedence first.

    Args:
        partials: the readings of each convention that claims the span.
        attributes: all attributes of the span.
        preserve: whether attributes stay leftovers although they were read.
    """
    given, objects, passed, read = _sorted_out(partials)
    won = [_winner(candidates) for candidates in given.values()]
    used = set(chain.from_iterable(read))
    for winner in won:
        if len(given[winner.field]) > 1:
            used.difference_update(_lost(winner, given[winner.field]))
    if passed:
        used.difference_update(_lost_entries(passed, objects))
    fallback_type: SpanType | None = None
    for partial in partials:
        used.update(partial.spent)
        fallback_type = fallback_type or partial.fallback_type
    return Merged(
        {winner.field: winner.value for winner in won if not _is_without_messages(winner)},
        objects,
        fallback_type,
        attributes if preserve else {key: value for key, value in attributes.items() if key not in used},
    )


def _sorted_out(
    partials: Iterable[Partial],
) -> tuple[dict[str, list[Content]], dict[ObjectField, dict[str, Json]], list[Entry], list[tuple[str, ...]]]:
    """Return the contents of each field, the fields with keys, the entries whose key was taken by one before, and all attributes that were read."""
    given: dict[str, list[Content]] = {}
    objects: dict[ObjectField, dict[str, Json]] = {}
    passed: list[Entry] = []
    read: list[tuple[str, ...]] = []
    last: tuple[str, ...] = ()
    for partial in partials:
        for reading in partial.readings:
            if (
                reading.attributes is not last
            ):  # Flattened values have all of their attributes in common, be they thousands.
                last = reading.attributes
                read.append(last)
            if isinstance(reading, Content):
                given.setdefault(reading.field, []).append(reading)
                continue
            taken = objects.get(reading.field)
            if taken is None:
                objects[reading.field] = {reading.key: reading.value}
            elif reading.key not in taken:
                taken[reading.key] = reading.value
            else:
                passed.append(reading)
    return given, objects, passed, read


def winners(partials: Iterable[Partial]) -> list[Reading]:
    """Return the readings that `merge` takes its values from."""
    given: dict[str, list[Content]] = {}
    taken: dict[tuple[str, str], Entry] = {}
    for reading in chain.from_iterable([partial.readings for partial in partials]):
        if isinstance(reading, Content):
            given.setdefault(reading.field, []).append(reading)
        else:
            taken.setdefault((reading.field, reading.key), reading)
    return [*map(_winner, given.values()), *taken.values()]


def _winner(candidates: Sequence[Content]) -> Content:
    if len(candidates) == 1:
        return candidates[0]
    ordered = sorted(candidates, key=lambda reading: reading.rank)
    best = next((reading for reading in ordered if _is_said(reading)), ordered[0])
    if best.rank < Rank.MESSAGES or not is_message_list(best.value):
        return best
    # An instrumentation may write fewer messages, or less of them, under the better name (spec/translation.md 14, 6).
    others = [each for each in ordered if each is not best and each.value != best.value]
    return max([best, *others], key=lambda each: _extent(each.value)) if others else best


def _lost(winner: Content, candidates: Iterable[Content]) -> Iterator[str]:
    held: set[Json] | None = None
    for reading in candidates:
        others = set(reading.attributes).difference(winner.attributes)
        if not others:
            continue
        held = scalars(winner.value) if held is None else held
        if not are_told_in(scalars(reading.value), held):
            yield from others


def _lost_entries(
    passed: Iterable[Entry], objects: Mapping[ObjectField, Mapping[str, Json]]
) -> Iterator[str]:
    """Yield the attributes of entries whose key another one has, and that say more than that one does."""
    for reading in passed:
        won = objects[reading.field][reading.key]
        if not reading.attributes or won == reading.value or scalars(reading.value) <= scalars(won):
            continue
        is_model = reading.field == "metadata" and reading.key == _MODEL
        if not is_model or reading.value != objects["metadata"].get(_REQUEST_MODEL):
            yield from reading.attributes


def _is_said(reading: Content) -> bool:
    """An empty value counts only where somebody gave it for this very field."""
    return reading.value is not None and (reading.rank is Rank.EXPLICIT or reading.value not in ("", [], {}))


def _is_without_messages(winner: Content) -> bool:
    """An empty list of messages is nobody's value; an empty result of a tool is one."""
    return (
        winner.value == []
        and Rank.EVENTS <= winner.rank <= Rank.INDEXED
        and winner.rank is not Rank.TOOL_CALL
    )


def _extent(value: Json) -> tuple[int, int]:
    """Return how many messages there are, and how many of their parts are no text: ids of calls, images, files."""
    if not is_message_list(value):
        return 0, 0
    return len(value), sum(map(_beyond_text, value))


def _beyond_text(message: Mapping[str, Json]) -> int:
    listed, calls = message.get("content"), message.get("tool_calls")
    media = [part for part in listed if _is_medium(part)] if isinstance(listed, list) else []
    named = (
        [call for call in calls if isinstance(call, dict) and call.get("id")]
        if isinstance(calls, list)
        else []
    )
    return len(media) + len(named) + bool(message.get("tool_call_id"))


def _is_medium(part: Json) -> bool:
    return isinstance(part, dict) and part.get("type") in _MEDIA
