"""Look for secrets past the door, and remove what canaries left in the store."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Final

import duckdb
import orjson

from otel_bridge_collector.deliver.dead_letter import DeadLetters
from otel_bridge_collector.spool.record import CANARY_PROJECT, Record
from otel_bridge_collector.spool.spool import Spool
from otel_bridge_collector.store.duckdb import DuckDBStore
from otel_bridge_collector.store.expiry import Horizon
from otel_bridge_collector.store.interface import Statement

_TABLES: Final = ("store.rows", "store.history", "store.facts")
_TIMEOUT_S: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Where everything is kept that came through the door."""

    spool: Spool
    store: DuckDBStore

    def records_from(self, seq: int) -> list[Record]:
        """Return the canaries in the spool from a number on."""
        reader, records = self.spool.reader(seq), list[Record]()
        while found := reader.read().records:
            records += [record for record in found if record.routing.is_canary]
        return records

    def stored(self) -> Iterator[bytes]:
        """Yield the canaries in the store, each row and fact as a text."""
        for table in _TABLES:
            sql = f"SELECT CAST(kept AS VARCHAR) FROM {table} AS kept WHERE object_id = $id"  # noqa: S608 - our names
            statement = Statement(sql=sql, parameters={"id": CANARY_PROJECT})
            for (text,) in self.store.select(statement, timeout_s=_TIMEOUT_S):
                yield str(text).encode()

    def forget(self) -> None:
        """Remove the canaries from the store; on the thread that writes it.

        Raises:
            RetryableError: it cannot write now.
        """
        self.store.change(_delete)


def bytes_of(record: Record) -> bytes:
    """Return all of a record in which a secret could stand."""
    return orjson.dumps(asdict(record.routing)) + record.payload


def buried(letters: Sequence[DeadLetters]) -> Iterator[bytes]:
    """Yield the canaries among dead letters, with their reasons."""
    for letter in (each for file in letters for each in file.read() if each.record.routing.is_canary):
        yield letter.reason.encode() + bytes_of(letter.record)


def holds(kept: bytes, marks: Sequence[bytes]) -> bool:
    """Tell whether a secret stands in bytes."""
    return any(mark in kept for mark in marks)


def _delete(connection: duckdb.DuckDBPyConnection, horizon: Horizon) -> None:
    del horizon
    for table in _TABLES:
        connection.execute(f"DELETE FROM {table} WHERE object_id = $1", [CANARY_PROJECT])  # noqa: S608 - our names
