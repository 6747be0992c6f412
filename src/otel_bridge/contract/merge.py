"""Merge rows: one into another as Braintrust does for a write with `_is_merge`, and facts into their row.

Source: Braintrust API reference ("merge") and the `braintrust` 0.47.0 SDK, `merge_row_batch.py` and
`util.merge_dicts_with_paths`, measured (spec/translation.md section 1.6). Pure: arguments stay unchanged.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Final, cast

from otel_bridge.contract.row import CONTROL_FIELDS, Json, Row

KEPT_FIELDS: Final = frozenset({"id", "created", "span_id", "root_span_id", "span_parents", "is_root"})
"""Identity of the row that is merged into; the update cannot change it."""

_UNION_FIELDS: Final = frozenset({"tags", "comments", "audit_data"})

_ADDED_FIELDS: Final = frozenset({"comments", "audit_data"})
"""Nothing takes from these: null adds nothing."""

_MESSAGE_FIELDS: Final = ("input", "output")

Path = tuple[str, ...]


def merge_row(row: Row, update: Row) -> Row:
    """Return `row` with `update` merged into it.

    Objects merge key by key at every depth; anything else, lists included, is replaced. Top-level `tags`,
    `comments` and `audit_data` are a union in order of arrival; null replaces `tags`, and adds nothing to the others. `_merge_paths` of the update name objects that are replaced whole;
    `_array_delete` (`[{"path": [...], "delete": [...]}]`) then removes values from lists. Identity fields
    that `row` has are kept, and no control field is left in the result.
    """
    if update.keys().isdisjoint(row) and CONTROL_FIELDS.isdisjoint(update) and CONTROL_FIELDS.isdisjoint(row):
        both: Row = {**row, **update}  # what the rules below come to, without looking at each value
        return both
    stop = {tuple(path) for path in update.get("_merge_paths") or ()}
    merged = dict(cast("Mapping[str, Json]", row))
    for key, value in cast("Mapping[str, Json]", update).items():
        if key in CONTROL_FIELDS or (key in KEPT_FIELDS and key in row):
            continue
        if value is None and key in _ADDED_FIELDS and key in row:
            continue
        if key in _UNION_FIELDS and (key,) not in stop:
            merged[key] = _union(merged.get(key), value)
        else:
            merged[key] = merge_value(merged.get(key), value, stop=stop, path=(key,))
    for deletion in update.get("_array_delete") or ():
        merged = _array_delete(merged, deletion)
    return cast("Row", {key: value for key, value in merged.items() if key not in CONTROL_FIELDS})


def fill_row(row: Row, content: Row) -> Row:
    """Return `row` with what `content` says and `row` does not.

    A field counts as not said when it is absent, None or empty; objects are filled key by key.
    """
    filled = dict(cast("Mapping[str, Json]", row))
    for key, value in cast("Mapping[str, Json]", content).items():
        if key in CONTROL_FIELDS or (key in KEPT_FIELDS and key in row):
            continue
        old = filled.get(key)
        filled[key] = (
            merge_value(value, old)
            if isinstance(old, Mapping) and old
            else (value if _is_empty(old) else old)
        )
    return cast("Row", filled)


def assemble(row: Row, *, fills: Iterable[Row] = (), merges: Iterable[Row] = ()) -> Row:
    """Return the final row: `row`, then the facts that fill it, then those that are merged over it.

    The caller gives the facts in the order in which they were stated, whatever the order of their arrival. Lists
    of messages that several facts give for one field are one list.
    """
    together: Row = {}
    for content in fills:
        together = _with_messages(fill_row(together, content), together, content)
    row = fill_row(row, together)
    for update in merges:
        row = merge_row(row, update)
    return row


def merge_value(old: Json, new: Json, *, stop: Collection[Path] = (), path: Path = ()) -> Json:
    """Merge two JSON values: objects key by key, anything else replaced by `new`.

    Args:
        old: the value so far.
        new: the value that wins where both speak.
        stop: paths whose value is replaced whole.
        path: where the two values stand, for `stop`.
    """
    if old is None or not isinstance(old, Mapping) or not isinstance(new, Mapping) or path in stop:
        return new
    merged = dict(old)
    for key, value in new.items():
        merged[key] = merge_value(merged.get(key), value, stop=stop, path=(*path, key))
    return merged


def _with_messages(filled: Row, before: Row, content: Row) -> Row:
    """Append the messages of `content` to those of the facts before it, for the fields that hold messages."""
    appended = dict(cast("Mapping[str, Json]", filled))
    for field in _MESSAGE_FIELDS:
        old, new = before.get(field), content.get(field)
        if isinstance(old, list) and isinstance(new, list):
            appended[field] = [*cast("list[Json]", old), *cast("list[Json]", new)]
    return cast("Row", appended)


def _is_empty(value: Json) -> bool:
    return value is None or value in ("", [], {})


def _union(old: Json, new: Json) -> Json:
    if not isinstance(old, list) or not isinstance(new, list):
        return new
    union: list[Json] = []
    for item in (*old, *new):
        if item not in union:
            union.append(item)
    return union


def _array_delete(row: dict[str, Json], deletion: Json) -> dict[str, Json]:
    if not isinstance(deletion, Mapping):
        return row
    path, values = deletion.get("path"), deletion.get("delete")
    if not isinstance(path, list) or not isinstance(values, list):
        return row
    return cast("dict[str, Json]", _without(row, [str(step) for step in path], values))


def _without(value: Json, path: list[str], values: list[Json]) -> Json:
    if not path:
        return [item for item in value if item not in values] if isinstance(value, list) else value
    if not isinstance(value, Mapping) or path[0] not in value:
        return value
    return {**value, path[0]: _without(value[path[0]], path[1:], values)}
