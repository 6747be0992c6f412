"""The rows of a batch that stand for themselves: whole, new, written once, and with nothing said about them. Pure.

They are shown as they were written: nothing is merged, no version ends and no fact waits, so that `assembly` would find nothing to do.
Most rows are such; whatever is not certain here goes through `assembly`, which comes to the same.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import cast

from otel_bridge.contract.row import CONTROL_FIELDS, Json, Row
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.store.assembly import upsert_entry
from otel_bridge_collector.store.batch_columns import Shown
from otel_bridge_collector.store.columns import RowKey, is_root, pagination_key_of, xact_id_of
from otel_bridge_collector.store.json_text import encode_json


def fresh_rows(
    keyed: Sequence[tuple[RowKey, RowWrite]],
    known: Callable[[Iterable[str]], Collection[str]],
    price: Callable[[Row], float | None],
) -> dict[int, Shown]:
    """Return the rows among some writes that stand for themselves, by their place there.

    Args:
        keyed: all writes of the batch.
        known: those of some names that a row or fact in the store may have.
        price: see `DuckDBStore`.

    Raises:
        ValueError: such a row says no transaction or no place in it.
    """
    times = Counter([key.id for key, _ in keyed])
    meant = {key.id for key, write in keyed if write.fact is not None}
    names = {
        at: _names(key, write.row)
        for at, (key, write) in enumerate(keyed)
        if write.fact is None and times[key.id] == 1 and _is_whole(write.row)
    }
    taken = {*known(name for each in names.values() for name in each), *meant}
    audits: dict[int, bytes] = {}
    fresh: dict[int, Shown] = {}
    for at, each in names.items():
        if taken.isdisjoint(each):
            key, (row, *_) = keyed[at]
            xact_id = xact_id_of(row)
            if not (audit := audits.get(xact_id)):
                audit = audits[xact_id] = encode_json([upsert_entry(row)])
            fresh[at] = Shown(key, row, pagination_key_of(row), xact_id, None, audit, price(row))
    return fresh


def _is_whole(row: Row) -> bool:
    """Tell whether a row is kept just as it is, but for who wrote it."""
    attributes = cast("Mapping[str, object]", row).get("span_attributes")
    return bool(
        (attributes is None or isinstance(attributes, dict))  # anything else is refused
        and row.get("audit_data") is None
        and row.get("span_id")
        and row.get("root_span_id")
        and (row.get("span_parents") or row.get("span_parents") is None)
        and CONTROL_FIELDS.isdisjoint(row)
    )


def _names(key: RowKey, row: Row) -> Sequence[str]:
    """Return what a fact may call a row, as `aim.Identity` does."""
    span_id, trace = str(row.get("span_id")), str(row.get("root_span_id"))
    if row.get("span_parents"):
        return (key.id,) if span_id == key.id else (key.id, span_id)
    return (key.id, span_id, trace) if is_root(cast("dict[str, Json]", row)) else (key.id,)
