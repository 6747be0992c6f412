"""Where a row hangs in its trace, computed when it is read: `span_parents` stays as it was received.

A parent may be late, lost or filtered out by the app. Nothing is repaired in the store, so a row hangs where it
belongs as soon as its parent is there.

| name | value |
| --- | --- |
| `is_orphan` | whether the row names a parent that its trace does not have |
| `known_parent` | the span id of the nearest ancestor that is known: the parent; of an orphan the root of its trace; null on a root, and on an orphan whose trace has no root or several |
"""

from collections.abc import Mapping
from typing import Final

from otel_bridge_collector.query.value import Kind, Value
from otel_bridge_collector.store.columns import ROWS_TABLE

_PARENT: Final = "json_extract_string(span_parents, '$[0]')"

# Names of their own, so that the others are those of the row that is asked about. Log rows are no part of the tree.
_SPANS: Final = (
    "(SELECT object_type AS other_type, object_id AS other_object, root_span_id AS other_root, span_id AS other_span,"  # noqa: S608 - our own names
    f" is_root AS other_is_root FROM {ROWS_TABLE} WHERE type IS DISTINCT FROM 'log') AS others"
)
_OF_TRACE: Final = "other_type = object_type AND other_object = object_id AND other_root = root_span_id"
_HAS_PARENT: Final = f"EXISTS (SELECT 1 FROM {_SPANS} WHERE {_OF_TRACE} AND other_span = {_PARENT})"  # noqa: S608 - our own names
_ROOT: Final = f"(SELECT CASE WHEN count(*) = 1 THEN any_value(other_span) END FROM {_SPANS} WHERE {_OF_TRACE} AND other_is_root)"  # noqa: S608 - our own names

TREE: Final[Mapping[str, Value]] = {
    "is_orphan": Value(sql=f"({_PARENT} IS NOT NULL AND NOT {_HAS_PARENT})", kind=Kind.BOOLEAN),
    "known_parent": Value(
        sql=f"(CASE WHEN {_PARENT} IS NULL THEN NULL WHEN {_HAS_PARENT} THEN {_PARENT} ELSE {_ROOT} END)",
        kind=Kind.STRING,
    ),
}

MAX_CALLS: Final = 8
"""Functions and conditions that one of these may stand inside of. SQL and the engine repeat an operand now and then, and each copy is
three subqueries to plan: 8 calls of `coalesce` and `nullif` in turn took 1.5 s, 10 took 26 s."""
