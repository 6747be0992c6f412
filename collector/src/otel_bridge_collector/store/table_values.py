"""What goes between the tables of the store and Python: rows read, and values of entries to write. It begins no transaction."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final, cast

import duckdb

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.store.arrow_table import arrow_table
from otel_bridge_collector.store.assembly import Entry
from otel_bridge_collector.store.batch_columns import Column, Shown
from otel_bridge_collector.store.columns import (
    VERSIONED,
    RowKey,
    to_columns,
    xact_id_of,
)
from otel_bridge_collector.store.json_text import dump_json

_GIVEN: Final = "rows_to_insert"
"""What the engine calls the values while it inserts them."""

_FETCHED: Final = 256
"""Rows that are fetched at once where their size is limited."""


def shown_row(key: RowKey, entry: Entry, price: Callable[[Row], float | None]) -> Shown | None:
    """Return the row of an entry that readers see, or None when there is none."""
    if (row := entry.visible()) is None:
        return None
    base = entry.base if entry.facts else None
    return Shown(key, row, entry.pagination_key, xact_id_of(row), base, None, price(row))


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


def insert_rows(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    types: Mapping[str, str],
    rows: Sequence[Sequence[object]],
) -> None:
    """Insert rows, each with a value for every column, in one statement; executemany takes 3 ms a row.

    Raises:
        ValueError: a value is not of its column's type.
    """
    if rows:
        insert(connection, table, types, dict(zip(types, zip(*rows, strict=True), strict=True)))


def insert(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    types: Mapping[str, str],
    columns: Mapping[str, Column],
    encoded: Collection[str] = (),
) -> None:
    """Insert columns in one statement; see `arrow_table`.

    Raises:
        ValueError: a value is not of its column's type.
    """
    if not columns:
        return
    names, array = arrow_table(types, columns, encoded)
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
