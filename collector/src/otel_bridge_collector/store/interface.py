"""What the sidecar asks of an engine that keeps rows. It does not say which engine, and plans no query.

The embedded engine is `store/duckdb.py`; another one fits behind the same methods.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from otel_bridge_collector.model import RowWrite


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One reading SQL statement.

    Attributes:
        sql: text that holds nothing a user gave; user values stand in it as `$name`.
        parameters: the values by name, without the dollar sign.
    """

    sql: str
    parameters: Mapping[str, object] = field(default_factory=dict[str, object])


class Store(Protocol):
    """Keeps rows by (object type, object id, row id) and answers statements over them."""

    def apply(self, writes: Sequence[RowWrite], *, next_seq: int) -> None:
        """Write the rows and facts and remember `next_seq`, all in one transaction.

        A call whose `next_seq` is not above the remembered one is ignored, so a batch that is delivered
        again is written once. Rows carry their object ids, `_xact_id` and `_pagination_key`.

        Raises:
            UnwritableError: rows that no retry can make storable, by their index; nothing was written.
            PermanentError: the rows can never be stored together; nothing was written.
            RetryableError: the engine cannot write now; nothing was written.
        """
        ...

    def next_seq(self) -> int:
        """Return the sequence number after the last applied batch, 0 when there was none."""
        ...

    def select(self, statement: Statement, *, timeout_s: float) -> list[tuple[object, ...]]:
        """Run a statement on a snapshot of what is committed; any thread may call.

        Raises:
            TimeoutError: it was still running after `timeout_s` and was interrupted.
            QueryError: the engine cannot run it with the memory or the values it has.
        """
        ...

    def select_within(
        self, statement: Statement, *, timeout_s: float, max_bytes: int | None
    ) -> tuple[list[tuple[object, ...]], bool]:
        """Run a statement as `select` does, and stop where the texts of the rows are above `max_bytes`.

        The first row is given however large it is. The second value says whether rows are left.

        Raises:
            TimeoutError: as with `select`.
            QueryError: as with `select`.
        """
        ...

    def newest_xact_id(self) -> int:
        """Return the newest transaction of a row that was written; 0 in an empty store. Any thread may ask.

        A statement that begins later sees that row, unless it was removed.
        """
        ...

    def lacks(self, column: str, text: str, *, timeout_s: float) -> bool:
        """Tell whether it is known that no row has a text in the JSON of a column, as JSON writes it; any thread may ask.

        Who asks first waits up to `timeout_s` until it is found out.
        """
        ...

    def close(self) -> None:
        """Write everything to the file and let go of it."""
        ...


class RewritableStore(Store, Protocol):
    """A store that can be told again what it was told before, for when rows are made in another way."""

    def rewrite(self, writes: Sequence[RowWrite]) -> Mapping[str, int]:
        """Write rows and facts that were written before once more, as they are made now; progress stays.

        Returns:
            Field -> rows in which it was another before; `""` -> rows that were not there.

        Raises:
            PermanentError: a row that no retry can make storable.
            RetryableError: the engine cannot write now; nothing was written.
        """
        ...
