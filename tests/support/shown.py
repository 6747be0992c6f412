"""Rows as the store shows them, to columns in both ways: together, and each by itself."""

from collections.abc import Sequence
from typing import cast

from otel_bridge.contract.row import Row
from otel_bridge_collector.store.batch_columns import ENCODED, Shown, batch_columns
from otel_bridge_collector.store.columns import COLUMNS, key_of, to_columns, xact_id_of


def shown(row: Row, *, pagination_key: int = 1, base: Row | None = None, cost: float | None = None) -> Shown:
    """A row with its own `audit_data`."""
    return Shown(key_of(row), row, pagination_key, xact_id_of(row), base, None, cost)


def together(given: Sequence[Shown]) -> dict[str, list[object]]:
    """The columns of some rows as `batch_columns` makes them, all of them and texts as texts."""
    columns = batch_columns(given)
    found: dict[str, list[object]] = {name: list(columns.get(name, [None] * len(given))) for name in COLUMNS}
    return found | {name: [_text(each) for each in found[name]] for name in ENCODED}


def by_itself(given: Sequence[Shown]) -> dict[str, list[object]]:
    """The same as `to_columns` makes it of each row."""
    rows = [
        to_columns(each.row, pagination_key=each.pagination_key, base=each.base, cost=each.cost)
        for each in given
    ]
    return dict(zip(COLUMNS, map(list, zip(*rows, strict=True)), strict=True))


def _text(encoded: object) -> str | None:
    return None if encoded is None else cast("bytes", encoded).decode()
