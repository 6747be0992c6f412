"""What goes between the tables of the store and Python: rows read, and values of entries to write. It begins no transaction."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, cast

import duckdb

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.store.arrow_table import arrow_table
from otel_bridge_collector.store.assembly import Entry
from otel_bridge_collector.store.columns import (
    VERSIONED,
    RowKey,
    to_columns,
)
from otel_bridge_collector.store.json_text import dump_json

_GIVEN: Final = "rows_to_insert"
"""What the engine calls the values while it inserts them."""

_FETCHED: Final = 256
"""Rows that are fetched at once where their size is limited."""


def row_values(entries: Iterable[Entry], price: Callable[[Row], float | None]) -> list[list[object]]:
    """Return the rows that readers see, in the order of `COLUMNS`."""
    values: list[list[object]] = []
    for entry in entries:
        if (row := entry.visible()) is not None:
            base = entry.base if entry.facts else None
            values.append(to_columns(row, pagination_key=entry.pagination_key, base=base, cost=price(row)))
    return values


def past_values(entries: Mapping[RowKey, Entry], price: Callable[[Row], float | None]) -> list[list[object]]:
    """Return the past states of rows that have versions, each with the transaction that ended it."""
    return [
        [
            *to_columns(past.row, pagination_key=entry.pagination_key, base=None, cost=price(past.row)),
            past.until,
        ]
        for key, entry in entries.items()
        if key.object_type in VERSIONED
        for past in entry.past
    ]


def fact_values(entries: Mapping[RowKey, Entry]) -> list[list[object]]:
    """Return the facts that are not in their table yet."""
    return [
        [
            *key,
            fact.id,
            fact.stated_ns,
            fact.fills_only,
            dump_json(cast("Mapping[str, Json]", fact.content)),
            fact.xact_id,
        ]
        for key, entry in entries.items()
        for fact in entry.facts.values()
        if fact.id in entry.new_facts
    ]


def insert(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: Mapping[str, str],
    rows: Sequence[Sequence[object]],
) -> None:
    """Insert rows in one statement; executemany takes 3 ms a row.

    Raises:
        ValueError: a value is not of its column's type.
    """
    if not rows:
        return
    names, array = arrow_table(columns, rows)
    listed = ", ".join(names)
    connection.register(_GIVEN, array)
    try:
        connection.execute(f"INSERT INTO {table}({listed}) SELECT {listed} FROM {_GIVEN}")  # noqa: S608 - our names
    finally:
        connection.unregister(_GIVEN)


def fetch(cursor: duckdb.DuckDBPyConnection, max_bytes: int | None) -> tuple[list[tuple[object, ...]], bool]:
    """Return rows until their texts are above `max_bytes`, and whether some are left."""
    if max_bytes is None:
        return cast("list[tuple[object, ...]]", cursor.fetchall()), False
    rows: list[tuple[object, ...]] = []
    size = 0
    while chunk := cast("list[tuple[object, ...]]", cursor.fetchmany(_FETCHED)):
        for row in chunk:
            size += sum(len(value) for value in row if isinstance(value, str))
            if rows and size > max_bytes:
                return rows, True
            rows.append(row)
        if len(chunk) < _FETCHED:  # the last one, so that to ask for another would be for nothing
            break
    return rows, False
