"""Where every value of a row comes from: which convention read it, out of which attributes. It decides nothing.

The row is made as always (`span`), with the readings of the conventions kept beside it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias, cast

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.model import RowWrite, Span
from otel_bridge_collector.translate.assembly import final_rows
from otel_bridge_collector.translate.merge import winners
from otel_bridge_collector.translate.partial import Entry, Reading
from otel_bridge_collector.translate.row import build_row
from otel_bridge_collector.translate.span import SpanReading, read

SPAN: Final = "span"
"""The rule of what every span has: ids, times, name, status, resource."""

LEFT_OVER: Final = "left over"
"""The rule of attributes that no convention used: they stay in `metadata` as they are."""

_Place: TypeAlias = tuple[str, str | None]


class Cell(NamedTuple):
    """One value of a row: a whole field, or one key of a field that has keys.

    Attributes:
        key: None for a whole field.
        rule: the name of a convention, `SPAN`, `LEFT_OVER`, or `fact` and the fact's id.
        attributes: what the value was read from; events count by the name of their attribute or their own.
    """

    field: str
    key: str | None
    value: Json
    rule: str
    attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """How a row came about.

    Attributes:
        row: the row with its facts in it.
        cells: each value of it.
        passed_over: what was read and not taken: another reading of the same place won.
    """

    row: Row
    cells: Sequence[Cell]
    passed_over: Sequence[Cell]


class _Source(NamedTuple):
    rule: str
    attributes: tuple[str, ...]


def explain(span: Span, facts: Sequence[RowWrite]) -> Explanation:
    """Return how the row of a span, and the facts about that row, came about. Never raises."""
    reading = read(span)
    base = build_row(span, reading.merged)
    told = [RowWrite(row=base), *(fact for fact in facts if fact.fact)]
    (row,) = final_rows([_about(base, write) for write in told])
    sources = {**_sources(reading), **_fact_sources(base, row, facts)}
    cells = [
        Cell(field, key, value, *sources.get((field, key), _Source(SPAN, ())))
        for (field, key), value in _places(row).items()
    ]
    return Explanation(row=row, cells=cells, passed_over=list(_passed_over(reading)))


def _about(base: Row, write: RowWrite) -> RowWrite:
    """A fact may know its row by the span's id, where the row has another."""
    return RowWrite(
        row={**write.row, "id": base.get("id", "")},
        fact=write.fact,
        fact_ns=write.fact_ns,
        fills_only=write.fills_only,
    )


def _sources(reading: SpanReading) -> dict[_Place, _Source]:
    merged = reading.merged
    found: dict[_Place, _Source] = {
        ("metadata", name): _Source(LEFT_OVER, (name,)) for name in merged.leftovers
    }
    for name, partial in reading.partials.items():
        if partial.fallback_type and partial.fallback_type == merged.fallback_type:
            found.setdefault(("span_attributes", "type"), _Source(name, ()))
    by_reading = {id(each): name for name, partial in reading.partials.items() for each in partial.readings}
    for winner in winners(reading.partials.values()):
        found[_place(winner)] = _Source(by_reading[id(winner)], winner.attributes)
    return found


def _fact_sources(base: Row, row: Row, facts: Sequence[RowWrite]) -> dict[_Place, _Source]:
    before, after = _places(base), _places(row)
    return {
        place: _Source(f"fact {fact.fact}", ())
        for fact in facts
        for place in _places(fact.row)
        if place in after and before.get(place) != after[place]
    }


def _passed_over(reading: SpanReading) -> Iterator[Cell]:
    taken = {id(winner) for winner in winners(reading.partials.values())}
    for name, partial in reading.partials.items():
        for each in partial.readings:
            if id(each) not in taken:
                yield Cell(*_place(each), each.value, name, each.attributes)


def _place(reading: Reading) -> _Place:
    return reading.field, reading.key if isinstance(reading, Entry) else None


_KEYED: Final = ("metadata", "metrics", "scores", "span_attributes", "context")


def _places(row: Row) -> dict[_Place, Json]:
    """Return the values of a row; fields with keys are taken apart, and a tag is a key without a value."""
    places: dict[_Place, Json] = {}
    for field, value in cast("Mapping[str, Json]", row).items():
        if field in _KEYED and isinstance(value, dict):
            places |= {(field, str(key)): each for key, each in value.items()}
        elif field == "tags" and isinstance(value, list):
            places |= {(field, str(tag)): None for tag in value}
        else:
            places[field, None] = value
    return places
