"""Sort keys, directions and chance as SQL. DuckDB dialect."""

from collections.abc import Sequence

from otel_bridge_collector.query.syntax import Sample, Sorted
from otel_bridge_collector.query.value import Bindings, Kind, Value, as_string

_PARTS = 1_000_000


def direction(*, descending: bool) -> str:
    """Return the word for a direction."""
    return "DESC" if descending else "ASC"


def sort_keys(value: Value, item: Sorted) -> list[str]:
    """Return what to sort by; JSON values by type, and within a type by value."""
    way = f"{direction(descending=item.descending)} NULLS {'FIRST' if item.nulls_first else 'LAST'}"
    if value.kind is not Kind.JSON:
        return [f"{value.order or _not_literal(value)} {way}"]
    first = f"left({value.sql}, 1)"
    rank = f"CASE {first} WHEN 't' THEN 0 WHEN 'f' THEN 0 WHEN '\"' THEN 2 WHEN '[' THEN 3 WHEN '{{' THEN 4 ELSE 1 END"
    ranked = f"CASE WHEN {value.sql} IS NOT NULL THEN {rank} END"
    number = value.hot_number or f"TRY_CAST({value.sql} AS DOUBLE)"
    text = f"coalesce({as_string(value)}, {value.sql})"
    return [f"{key} {way}" for key in (ranked, number, text)]


def ties(sort: Sequence[Sorted], *, newest_first: bool = True) -> list[str]:
    """Return what makes the order of rows the same each time: the newest first, or as the last key goes."""
    descending = sort[-1].descending if sort else newest_first
    return [f"pagination_key {direction(descending=descending)}", "id"]


def chance(sample: Sample, column: str, bindings: Bindings) -> str:
    """Return a number that is as good as drawn by lot, and the same each time."""
    return f"hash({column}, {bindings.add(sample.seed)}::BIGINT)"


def share(sample: Sample, column: str, bindings: Bindings) -> str:
    """Return the condition that passes a share of the rows."""
    most = bindings.add(round((sample.rate or 0) * _PARTS))
    return f"({chance(sample, column, bindings)} % {_PARTS} < {most}::BIGINT)"


def _not_literal(value: Value) -> str:
    """Return SQL that DuckDB sorts by even where it is true, false or NULL, which it refuses bare."""
    return f"{value.sql}::BOOLEAN" if value.kind in (Kind.NULL, Kind.BOOLEAN) else value.sql
