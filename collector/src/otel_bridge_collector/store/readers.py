"""The connections on which statements of readers run, each kept for the next statement. It knows no table.

Beside threads that translate and store, each return from the engine waits for a turn of the interpreter, and a connection takes three
to be made and closed (docs/performance.md).
"""

from typing import Final

import duckdb

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.store.interface import Statement
from otel_bridge_collector.store.table_values import fetch
from otel_bridge_collector.store.watch import Watch

_MOST_KEPT: Final = 8


class Readers:
    """Runs statements beside the connection that writes; any thread may call, one statement at a time each."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._kept: list[duckdb.DuckDBPyConnection] = []
        self._watch = Watch()

    def select(
        self, statement: Statement, *, timeout_s: float, max_bytes: int | None
    ) -> tuple[list[tuple[object, ...]], bool]:
        """See `store.interface.Store.select_within`."""
        cursor = self._cursor()
        interrupt = self._watch.begin(timeout_s, cursor.interrupt)
        is_whole = False
        try:
            rows, is_cut = fetch(cursor.execute(statement.sql, dict(statement.parameters)), max_bytes)
            is_whole = not is_cut
        except duckdb.InterruptException as error:
            raise TimeoutError(f"the query ran longer than {timeout_s:g} s") from error
        except (duckdb.OutOfMemoryException, duckdb.DataError) as error:
            raise QueryError(f"the query cannot be run: {error}") from error
        finally:
            # What failed or was left halfway may still hold rows.
            if is_whole and self._watch.end(interrupt) and len(self._kept) < _MOST_KEPT:
                self._kept.append(cursor)
            else:
                cursor.close()
                self._watch.end(interrupt)
        return rows, is_cut

    def close(self) -> None:
        """Interrupt what still runs, and let go of the connections."""
        self._watch.close()
        while self._kept:
            self._kept.pop().close()

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        try:
            return self._kept.pop()
        except IndexError:
            return self._connection.cursor()
