"""Rows with their facts in them, for a set of writes that is complete; the store does the same over time.

Pure: which facts belong to which row, and in which order they count. Merging itself is `otel_bridge.contract.merge`.
"""

from collections.abc import Iterable

from otel_bridge.contract.merge import assemble, merge_row
from otel_bridge.contract.row import Row
from otel_bridge_collector.model import RowWrite


def final_rows(writes: Iterable[RowWrite]) -> list[Row]:
    """Return the rows in order of their first write, each with the facts about it; a fact without a row is left out."""
    rows: dict[str, Row] = {}
    facts: dict[str, dict[str, RowWrite]] = {}
    for write in writes:
        row_id = write.row.get("id", "")
        if write.fact is not None:
            facts.setdefault(row_id, {}).setdefault(write.fact, write)
        elif write.row.get("_is_merge") and row_id in rows:
            rows[row_id] = merge_row(rows[row_id], write.row)
        else:
            rows[row_id] = write.row
    return [_assembled(row, facts.get(row_id, {}).values()) for row_id, row in rows.items()]


def _assembled(row: Row, facts: Iterable[RowWrite]) -> Row:
    ordered = sorted(facts, key=lambda write: (write.fact_ns, write.fact or ""))
    return assemble(
        row,
        fills=[write.row for write in ordered if write.fills_only],
        merges=[write.row for write in ordered if not write.fills_only],
    )
