"""What is known of all rows without a look at them: the newest transaction, and texts that no row has in a column.

It is found out of the table once and kept true by what is committed from then on, so that a reader who needs no more asks the engine nothing.
"""

import threading
from collections.abc import Mapping, Sequence
from typing import Final, Literal, TypeAlias, cast

from otel_bridge_collector.store.batch_columns import Column
from otel_bridge_collector.store.columns import ROWS_TABLE
from otel_bridge_collector.store.interface import Statement
from otel_bridge_collector.store.readers import Readers

_MOST_TEXTS: Final = 32
"""Texts that are looked for in all that is written: some nanoseconds a row for each."""

_TIMEOUT_S: Final = 60.0
_NEWEST: Final = Statement(sql=f"SELECT coalesce(max(xact_id), 0) FROM {ROWS_TABLE}")  # noqa: S608 - our own name

_State: TypeAlias = Literal["sought", "absent", "unknown"]


class KnownRows:
    """What is known; `note` and `read` belong to the thread that writes, all else to any."""

    def __init__(self, readers: Readers) -> None:
        """Know nothing; `read` begins."""
        self._readers = readers
        self._newest = 0
        self._texts: dict[tuple[str, str], _State] = {}
        self._lock = threading.Lock()

    @property
    def newest_xact_id(self) -> int:
        """The newest transaction of a row that was written; 0 where there is none."""
        return self._newest

    def read(self) -> None:
        """Begin again, for rows were written that were not noted.

        Raises:
            duckdb.Error: the table cannot be read.
        """
        with self._lock:
            self._texts.clear()
        (((newest,),), _) = self._readers.select(_NEWEST, timeout_s=_TIMEOUT_S, max_bytes=None)
        self._newest = int(str(newest))

    def note(self, columns: Mapping[str, Column]) -> None:
        """Note rows that were committed, as `batch_columns` gives them, before anyone is told that they can be read."""
        self._newest = max([self._newest, *cast("Sequence[int]", columns.get("xact_id", ()))])
        with self._lock:
            followed = {column for (column, _), state in self._texts.items() if state != "unknown"}
            for column in followed:
                # No JSON text has a line feed in it, so none begins in one row and ends in the next.
                written = b"\n".join([text for text in columns.get(column, ()) if isinstance(text, bytes)])
                for key in self._texts:
                    if key[0] == column and key[1].encode() in written:
                        self._texts[key] = "unknown"

    def lacks(self, column: str, text: str, *, timeout_s: float) -> bool:
        """Tell whether it is known that no row has a text in the JSON of a column.

        Who asks first waits until the table was searched for it. What takes longer than `timeout_s` is not searched for again.
        """
        key = (column, text)
        with self._lock:
            if state := self._texts.pop(key, None):
                self._texts[key] = state  # behind the others, of which the first goes when there are too many
                return state == "absent"
            if len(self._texts) >= _MOST_TEXTS:
                del self._texts[next(iter(self._texts))]
            # From now on what is written tells, too: it may be committed behind the back of the search.
            self._texts[key] = "sought"
        is_found = self._is_found(column, text, timeout_s)
        with self._lock:
            if self._texts.get(key) == "sought":
                self._texts[key] = "unknown" if is_found else "absent"
            return self._texts.get(key) == "absent"

    def _is_found(self, column: str, text: str, timeout_s: float) -> bool:
        sql = f"SELECT 1 FROM {ROWS_TABLE} WHERE contains({column}, $text) LIMIT 1"  # noqa: S608 - our own names
        try:
            found, _ = self._readers.select(
                Statement(sql=sql, parameters={"text": text}), timeout_s=timeout_s, max_bytes=None
            )
        except TimeoutError:
            return True
        return bool(found)
