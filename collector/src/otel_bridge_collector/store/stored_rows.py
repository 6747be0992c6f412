"""What the store has of the rows of a batch, and of the facts that wait for them; read inside of the batch's transaction, on its thread.

It decides nothing and writes no row: it fills entries, and removes facts that have found another place.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, cast

import duckdb

from otel_bridge.contract.row import Row
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.store.aim import Identity
from otel_bridge_collector.store.assembly import Entry, Fact
from otel_bridge_collector.store.batch_columns import Column
from otel_bridge_collector.store.columns import COLUMNS, RowKey, from_columns
from otel_bridge_collector.store.duckdb_file import FACT_COLUMNS
from otel_bridge_collector.store.json_text import load_json
from otel_bridge_collector.store.known_names import KnownNames

_FACT_OF: Final = list(FACT_COLUMNS).index("id")

_NAMED: Final = """
SELECT object_type, object_id, id, CASE WHEN type IS DISTINCT FROM 'log' THEN span_id END, CASE WHEN is_root THEN root_span_id END
FROM store.rows
WHERE id IN (SELECT unnest($1)) OR span_id IN (SELECT unnest($1)) OR (is_root AND root_span_id IN (SELECT unnest($1)))
ORDER BY rowid
"""
"""Rows with their names, as `aim.Identity` has them."""


class StoredRows:
    """The stored rows and facts, over the connection that writes."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._known = KnownNames(connection)

    def read_rows(self, entries: Mapping[RowKey, Entry]) -> list[int]:
        """Fill `entries` with the stored rows, and return where they stand.

        In steps, so that nothing is scanned for rows of which no id is known, and only the columns of the key for others that are not there.
        """
        ids = self._known.among(key.id for key in entries)
        if not ids:
            return []
        found = self._connection.execute(
            "SELECT rowid, object_type, object_id, id FROM store.rows WHERE id IN (SELECT unnest($1))", [ids]
        ).fetchall()
        row_ids = [int(row_id) for row_id, *key in found if RowKey(*key) in entries]
        if not row_ids:
            return []
        names = list(COLUMNS)
        for values in self._connection.execute(
            f"SELECT {', '.join(names)} FROM store.rows WHERE rowid IN (SELECT unnest($1))",  # noqa: S608 - our names
            [row_ids],
        ).fetchall():
            row = dict(zip(names, values, strict=True))
            entry = entries[RowKey(row["object_type"], row["object_id"], row["id"])]
            entry.pagination_key = row["pagination_key"]
            entry.base = from_columns(row) if row["base"] is None else cast("Row", load_json(row["base"]))
        return row_ids

    def read_facts(self, entries: Mapping[RowKey, Entry]) -> list[RowKey]:
        """Fill `entries` with the stored facts, and return the keys that have any."""
        found = self._facts_of(list(entries))
        for key, facts in found.items():
            entries[key].facts = {fact.id: fact for fact in facts}
        return list(found)

    def _facts_of(self, keys: Sequence[RowKey]) -> dict[RowKey, list[Fact]]:
        wanted = set(keys)
        found: dict[RowKey, list[Fact]] = {}
        ids = self._known.among(key.id for key in wanted)
        if not ids:
            return found
        for *key, fact, stated_ns, fills_only, content, xact_id in self._connection.execute(
            "SELECT * FROM store.facts WHERE id IN (SELECT unnest($1)) ORDER BY rowid", [ids]
        ).fetchall():
            if (row_key := RowKey(*key)) in wanted:
                told = Fact(
                    id=fact,
                    stated_ns=stated_ns,
                    fills_only=fills_only,
                    content=cast("Row", load_json(content)),
                    xact_id=xact_id,
                )
                found.setdefault(row_key, []).append(told)
        return found

    def delete_facts(self, key: RowKey) -> None:
        """Remove the facts of a row."""
        self._connection.execute(
            "DELETE FROM store.facts WHERE object_type = $1 AND object_id = $2 AND id = $3", list(key)
        )

    def named_by_facts(self, keyed: Sequence[tuple[RowKey, RowWrite]]) -> list[Identity]:
        """Return the stored rows that facts name in any way, unless a row of the same batch has that id."""
        rows = {key for key, write in keyed if write.fact is None}
        return self._identities(
            [key.id for key, write in keyed if write.fact is not None and key not in rows]
        )

    def _identities(self, names: Sequence[str]) -> list[Identity]:
        """Return the stored rows that have one of these names as id, span or root of a trace, oldest first."""
        known = self._known.among(names)
        if not known:
            return []
        return [
            Identity(key=RowKey(*key), span_id=span_id or "", trace=trace or "")
            for *key, span_id, trace in self._connection.execute(_NAMED, [known]).fetchall()
        ]

    def known(self, names: Iterable[str]) -> list[str]:
        """Return those of some names that a row or fact may have, or the trace of a root."""
        return self._known.among(names)

    def note(self, columns: Mapping[str, Column], facts: Sequence[Sequence[object]]) -> None:
        """Note the names of rows and facts that are being written, as `batch_columns` and `table_values` give them."""
        names: list[object] = [fact[_FACT_OF] for fact in facts]
        names += (*columns.get("id", ()), *columns.get("span_id", ()))
        roots = zip(columns.get("root_span_id", ()), columns.get("is_root", ()), strict=False)
        names += (trace for trace, is_root in roots if is_root)
        self._known.add(map(str, names))

    def take_waiting(self, entries: Mapping[RowKey, Entry], identities: Sequence[Identity]) -> None:
        """Give rows the facts that wait for them under the id of their span or trace."""
        owners = {alias: each.key for each in reversed(identities) for alias in reversed(each.aliases)}
        waiting = self._facts_of([key for key in owners if key not in entries])
        has_row = {each.key for each in self._identities([key.id for key in waiting])}
        for key in waiting.keys() - has_row:
            entry = entries[owners[key]]
            for fact in waiting[key]:
                if fact.id not in entry.facts:
                    entry.facts[fact.id] = fact
                    entry.new_facts.add(fact.id)
            self.delete_facts(key)
