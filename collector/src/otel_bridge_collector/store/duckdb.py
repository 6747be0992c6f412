"""The embedded store: one DuckDB file, one writer, and a cursor for every reader.

Source: measurements in spec/storage.md sections 0, 3 and 8 (engine, compression, row group size, batches), and
docs/decisions/0003-duckdb-store.md. No SQL here holds a value; they are all bound.
"""

import contextlib
import logging
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeVar, cast

import duckdb

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.errors import (
    PermanentError,
    RetryableError,
    StoreError,
    UnwritableError,
)
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.store.aim import aim, identities_of
from otel_bridge_collector.store.assembly import Assembled, Entry, changed_fields
from otel_bridge_collector.store.batch_columns import ENCODED, Column, batch_columns
from otel_bridge_collector.store.columns import (
    COLUMNS,
    HISTORY_TABLE,
    ROWS_TABLE,
    RowKey,
    created_of,
    from_columns,
    key_of,
    to_columns,
    xact_id_of,
)
from otel_bridge_collector.store.duckdb_file import (
    FACT_COLUMNS,
    HISTORY_COLUMNS,
    merge_row_groups,
    open_file,
    read_progress,
)
from otel_bridge_collector.store.expiry import Horizon
from otel_bridge_collector.store.fault import faults_in
from otel_bridge_collector.store.file_copy import LockedFile
from otel_bridge_collector.store.fresh import fresh_rows
from otel_bridge_collector.store.interface import Statement
from otel_bridge_collector.store.known_rows import KnownRows
from otel_bridge_collector.store.readers import Readers
from otel_bridge_collector.store.stored_rows import StoredRows
from otel_bridge_collector.store.table_values import (
    fact_values,
    insert,
    insert_rows,
    past_values,
    shown_row,
)

logger = logging.getLogger(__name__)

_T = TypeVar("_T")

_RETRYABLE: Final = (
    duckdb.IOException,
    duckdb.OutOfMemoryException,
    duckdb.TransactionException,
    duckdb.InterruptException,
    duckdb.FatalException,
    duckdb.ConnectionException,
)

_DENSE: Final = 2 / 3
"""The share of places with a row in them from which on it is not worth the time to give the others back."""


class DuckDBStore:
    """A `Store` in one DuckDB file. `apply` and `close` belong to one thread, `select` and `newest_xact_id` to any."""

    def __init__(
        self,
        path: Path,
        *,
        memory_limit_mb: int = 1024,
        threads: int = 2,
        price: Callable[[Row], float | None] = lambda _: None,
        means_ratings: Callable[[Row], bool] = lambda _: False,
    ) -> None:
        """Open the file, and make it where there is none.

        Args:
            path: the file.
            memory_limit_mb: what the engine may use.
            threads: how many it may use.
            price: the cost of a row with its facts in it, for the column `cost`. It never raises.
            means_ratings: whether a row shows the mean of the scores that several raters gave, or the last. It never raises.

        Raises:
            StoreError: another process has it, or it is no store.
        """
        try:
            self._connection = open_file(path, memory_limit_mb=memory_limit_mb, threads=threads)
            self._next_seq = read_progress(self._connection, path=path)
            self._stored = StoredRows(self._connection)
            self._readers = Readers(self._connection)
            self._known = KnownRows(self._readers)
            self._known.read()
            self._horizon = Horizon.read(self._connection)
            self._path = path
            self._locked = LockedFile(path)
            self._price = price
            self._means_ratings = means_ratings
        except duckdb.Error as error:
            raise StoreError(f"cannot open the store {path}: {error}") from error

    def next_seq(self) -> int:
        """See `Store`."""
        return self._next_seq

    def newest_xact_id(self) -> int:
        """See `Store`."""
        return self._known.newest_xact_id

    def lacks(self, column: str, text: str, *, timeout_s: float) -> bool:
        """See `Store`."""
        return self._known.lacks(column, text, timeout_s=timeout_s)

    def apply(self, writes: Sequence[RowWrite], *, next_seq: int) -> None:
        """See `Store`."""
        if next_seq <= self._next_seq:
            return
        try:
            self._commit([(key_of(write.row), write) for write in writes], next_seq=next_seq)
        except _RETRYABLE as error:
            raise RetryableError(f"the store cannot write now: {error}") from error
        except OSError:
            raise
        except Exception as error:
            raise self._unwritable(writes, error) from error
        self._next_seq = next_seq

    def rewrite(self, writes: Sequence[RowWrite]) -> Mapping[str, int]:
        """Write rows and facts that were written before once more, as they are made now; progress stays.

        Returns:
            Field -> rows in which it was another before; `""` -> rows that were not there.

        Raises:
            UnwritableError: rows that no retry can make storable, by their index; nothing was written.
            PermanentError: so are several together.
            RetryableError: the engine cannot write now; nothing was written.
        """
        try:
            keyed = [(key_of(write.row), write) for write in writes]
            return self._commit(keyed, next_seq=self._next_seq, again=True)
        except _RETRYABLE as error:
            raise RetryableError(f"the store cannot write now: {error}") from error
        except OSError:
            raise
        except Exception as error:
            raise self._unwritable(writes, error) from error

    def change(self, step: Callable[[duckdb.DuckDBPyConnection, Horizon], _T]) -> _T:
        """Run a step of retention in one transaction; progress stays. Belongs to the thread of `apply`.

        Raises:
            RetryableError: the engine cannot write now; nothing was changed.
        """
        try:
            self._connection.begin()
            try:
                result = step(self._connection, self._horizon)
                self._connection.commit()
            except BaseException:
                _roll_back(self._connection)
                self._horizon = Horizon.read(self._connection)
                raise
            self._known.read()
        except _RETRYABLE as error:
            raise RetryableError(f"the store cannot write now: {error}") from error
        return result

    def checkpoint(self) -> None:
        """Put what was written into the file, and give back the room of what was removed. Belongs to the thread of `apply`.

        Checkpoints that come by themselves give back only the room of row groups of which nothing is left, since merging the
        others takes long.

        Raises:
            RetryableError: the engine cannot do so now.
        """
        try:
            merge_row_groups(self._connection)
        except _RETRYABLE as error:
            raise RetryableError(f"the store cannot be checkpointed now: {error}") from error

    def is_sparse(self) -> bool:
        """Tell whether more than a third of the places are of rows that were removed or replaced, so that `checkpoint` gives back much.

        A store of one row group may stay so: the engine gives back whole ones.

        Raises:
            StoreError: the store cannot be read.
        """
        rows, places = self._numbers("SELECT count(*), max(rowid) + 1 FROM store.rows")
        return rows < places * _DENSE

    def copy_to(self, target: Path) -> None:
        """Write a file that can be opened as this one can, with its log beside it. Belongs to the thread of `apply`.

        Raises:
            OSError: there is no room, or a file cannot be used.
        """
        with contextlib.suppress(*_RETRYABLE):  # what is not in the file is in the log beside it
            self._connection.execute("CHECKPOINT store")
        self._locked.copy_to(target)
        log = self._path.with_name(f"{self._path.name}.wal")
        if log.exists():
            shutil.copyfile(log, target.with_name(f"{target.name}.wal"))

    def file_bytes(self) -> int:
        """Return the size of the file, with what waits to be put into it."""
        files = (self._path, self._path.with_name(f"{self._path.name}.wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    def select(self, statement: Statement, *, timeout_s: float) -> list[tuple[object, ...]]:
        """See `Store`."""
        return self.select_within(statement, timeout_s=timeout_s, max_bytes=None)[0]

    def select_within(
        self, statement: Statement, *, timeout_s: float, max_bytes: int | None
    ) -> tuple[list[tuple[object, ...]], bool]:
        """See `Store`."""
        return self._readers.select(statement, timeout_s=timeout_s, max_bytes=max_bytes)

    def close(self) -> None:
        """See `Store`."""
        self._readers.close()
        self._connection.close()
        self._locked.close()

    def _numbers(self, question: str) -> tuple[int, ...]:
        """Return the one row that answers a question about all rows; 0 for NULL. Any thread may ask.

        Raises:
            StoreError: the store cannot be read.
        """
        try:
            # On a connection of its own: that of `apply` sees what it has not committed yet, and belongs to its thread.
            with contextlib.closing(self._connection.cursor()) as cursor:
                found = cursor.execute(question).fetchone()
        except duckdb.Error as error:
            raise StoreError(f"cannot read the store: {error}") from error
        return tuple(int(each or 0) for each in found or ())

    def _commit(
        self, keyed: Sequence[tuple[RowKey, RowWrite]], *, next_seq: int, again: bool = False
    ) -> Mapping[str, int]:
        changed: Mapping[str, int] = {}
        columns: Mapping[str, Column] = {}
        self._connection.begin()
        try:
            if keyed:
                changed, columns = self._write(keyed, again=again)
            self._connection.execute("UPDATE store.progress SET next_seq = $1", [next_seq])
            self._connection.commit()
        except BaseException:
            _roll_back(self._connection)
            raise
        self._known.note(columns)
        return changed

    def _unwritable(self, writes: Sequence[RowWrite], error: Exception) -> PermanentError:
        """Say which of some writes are at fault: whatever is wrong with one row must not cost the others of its batch."""
        if faults := faults_in(writes, self._fault_of):
            return UnwritableError(faults)
        return PermanentError(f"the store cannot keep these rows: {error}")

    def _fault_of(self, writes: Sequence[RowWrite]) -> str | None:
        """Write and take it back; return what went wrong, or None.

        Raises:
            RetryableError: the engine cannot write now.
        """
        self._connection.begin()
        try:
            self._write([(key_of(write.row), write) for write in writes], again=False)
        except _RETRYABLE as error:
            raise RetryableError(f"the store cannot write now: {error}") from error
        except Exception as error:  # noqa: BLE001 - it is what is asked for
            return f"{type(error).__name__}: {error}"
        finally:
            _roll_back(self._connection)
        return None

    def _write(
        self, keyed: Sequence[tuple[RowKey, RowWrite]], *, again: bool
    ) -> tuple[Mapping[str, int], Mapping[str, Column]]:
        """Write, and return what `rewrite` returns, with the columns of the rows as they are now."""
        shown = {} if again else fresh_rows(keyed, self._stored.known, self._price)
        places = [place for place in range(len(keyed)) if place not in shown]
        rest = self._assemble([keyed[place] for place in places], again=again)
        first = dict(zip(reversed(rest.keys), reversed(places), strict=True))
        for key, entry in rest.entries.items():
            if row := shown_row(key, entry, self._price):
                shown[first[key]] = row
        # In the order in which they were written, whichever way they went.
        columns = batch_columns([shown[place] for place in sorted(shown)])
        facts = fact_values(rest.entries)
        self._stored.note(columns, facts)
        insert(self._connection, ROWS_TABLE, COLUMNS, columns, ENCODED)
        insert_rows(self._connection, HISTORY_TABLE, HISTORY_COLUMNS, past_values(rest.entries, self._price))
        for key in rest.has_facts:
            if rest.entries[key].deleted:
                self._stored.delete_facts(key)
        insert_rows(self._connection, "store.facts", FACT_COLUMNS, facts)
        after = ((row, _as_read(rest.entries[key].visible())) for key, row in rest.before.items())
        return changed_fields(after), columns

    def _assemble(self, keyed: Sequence[tuple[RowKey, RowWrite]], *, again: bool) -> Assembled:
        """Take writes that are about each other or about what is stored, and remove the rows that they replace."""
        own = identities_of(keyed)
        keyed = aim(keyed, [*self._stored.named_by_facts(keyed), *own])
        keys = [key for key, _ in keyed]
        entries = {key: Entry(means_ratings=self._means_ratings) for key in dict.fromkeys(keys)}
        stored_rows = self._stored.read_rows(entries)
        has_facts = self._stored.read_facts(entries)
        self._stored.take_waiting(entries, own)
        if again:
            keyed = self._without_removed(entries, keyed)
        before = self._told_again(entries, keyed) if again else {}
        for key, write in keyed:
            entries[key].write(write)
        if again:
            for entry in entries.values():
                entry.past.clear()  # it is no new version
        if stored_rows:
            self._connection.execute(
                "DELETE FROM store.rows WHERE rowid IN (SELECT unnest($1))", [stored_rows]
            )
        return Assembled(keys, entries, has_facts, before)

    def _without_removed(
        self, entries: Mapping[RowKey, Entry], keyed: Sequence[tuple[RowKey, RowWrite]]
    ) -> list[tuple[RowKey, RowWrite]]:
        """Leave out rows that are not there and are as old as what retention has removed: nothing brings them back."""

        def is_removed(key: RowKey, row: Row) -> bool:
            project_id = str(cast("Mapping[str, Json]", row).get("project_id"))
            return entries[key].base is None and self._horizon.covers(
                key.object_type, project_id, created_of(row)
            )

        kept = [
            (key, write) for key, write in keyed if write.fact is not None or not is_removed(key, write.row)
        ]
        if left_out := len(keyed) - len(kept):
            logger.info("%d rows are as old as what retention removed, and were not made again", left_out)
        return kept

    def _told_again(
        self, entries: Mapping[RowKey, Entry], keyed: Sequence[tuple[RowKey, RowWrite]]
    ) -> dict[RowKey, Row | None]:
        """Make room for facts that are stated again, and return the rows as they are.

        A fact that an earlier transaction stated first stays: a second vote of one voice is none here either.
        """
        before = {key: _as_read(entry.visible()) for key, entry in entries.items()}
        restated = {
            (key, write.fact)
            for key, write in keyed
            if (fact := entries[key].facts.get(write.fact or "")) and xact_id_of(write.row) <= fact.xact_id
        }
        for key in {key for key, _ in restated}:
            self._stored.delete_facts(key)
            entries[key].new_facts |= set(entries[key].facts)
        for key, fact_id in restated:
            entries[key].facts.pop(fact_id or "", None)
        return before


def _roll_back(connection: duckdb.DuckDBPyConnection) -> None:
    # The engine may have ended the transaction by itself.
    with contextlib.suppress(duckdb.TransactionException):
        connection.rollback()


def _as_read(row: Row | None) -> Row | None:
    """Return a row as the store gives it back, so that only what readers see is compared."""
    if row is None:
        return None
    return from_columns(dict(zip(COLUMNS, to_columns(row, pagination_key=0, base=None), strict=True)))
