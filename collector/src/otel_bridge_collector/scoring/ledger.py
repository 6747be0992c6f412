"""What the rules of online scoring have decided, and how far each of them and each alert is, in an SQLite file of its own.

Decisions are bounded in time. Places are as many as rules and alerts: those of deleted ones go with the next start (`keep_only`).
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from otel_bridge_collector.errors import StoreError
from otel_bridge_collector.store.control_file import transaction
from otel_bridge_collector.store.xact import xact_at

VERSION: Final = 1
"""Of the file, in its `user_version`; 0 is one that was just made."""

MAX_AGE_S: Final = 30 * 86_400.0
"""Older decisions are forgotten: a row that is sent again after that is scored again, to the same ids."""

_DAY_S: Final = 86_400
_ASKED_AT_ONCE: Final = 500
_FORGOTTEN: Final = "forgotten"
"""The outcome of a failed decision that counts for the budget of its day alone."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS decision(
    rule_id TEXT NOT NULL, row_id TEXT NOT NULL, day INTEGER NOT NULL, outcome TEXT NOT NULL, PRIMARY KEY(rule_id, row_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS decision_day ON decision(day, rule_id);
CREATE TABLE IF NOT EXISTS told(alert_id TEXT PRIMARY KEY, time_s REAL NOT NULL);
CREATE TABLE IF NOT EXISTS place(rule_id TEXT PRIMARY KEY, xact INTEGER NOT NULL);
"""


class ScoringLedger:
    """One open file. Any thread may call."""

    def __init__(self, path: Path, *, now_s: Callable[[], float] = time.time) -> None:
        """Open the file, and make it where there is none.

        Raises:
            StoreError: it cannot be opened, holds something else, or is of a newer version.
        """
        self._lock = threading.Lock()
        self._now_s = now_s
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        try:
            self._prepare(path)
        except (sqlite3.Error, StoreError) as error:
            self._connection.close()
            if isinstance(error, StoreError):
                raise
            raise StoreError(f"cannot open the decisions of online scoring {path}: {error}") from error

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def decided(self, rule_id: str, row_ids: Collection[str]) -> set[str]:
        """Return which of some rows a rule has scored, or has failed to."""
        listed = list(row_ids)
        found: set[str] = set()
        with self._lock:
            for start in range(0, len(listed), _ASKED_AT_ONCE):
                asked = listed[start : start + _ASKED_AT_ONCE]
                marks = ",".join("?" * len(asked))
                rows = self._connection.execute(
                    f"SELECT row_id FROM decision WHERE rule_id = ? AND outcome <> ? AND row_id IN ({marks})",  # noqa: S608 - marks only
                    (rule_id, _FORGOTTEN, *asked),
                )
                found |= {str(row_id) for (row_id,) in rows}
        return found

    def spent(self, rule_id: str) -> int:
        """Return how many rows a rule has scored today (UTC)."""
        with self._lock:
            (count,) = self._connection.execute(
                "SELECT count(*) FROM decision WHERE day = ? AND rule_id = ?", (self._today(), rule_id)
            ).fetchone()
        return int(count)

    def place(self, rule_id: str) -> int | None:
        """Return the transaction up to which a rule has seen what was written; None before it has begun."""
        with self._lock:
            found = self._connection.execute(
                "SELECT xact FROM place WHERE rule_id = ?", (rule_id,)
            ).fetchone()
        return None if found is None else int(found[0])

    def note(self, rule_id: str, outcomes: Mapping[str, str]) -> None:
        """Remember that rows were scored, with what came of each: `scored` or `failed`."""
        with self._written() as connection:
            today = self._today()
            connection.executemany(
                "INSERT OR REPLACE INTO decision VALUES(?, ?, ?, ?)",
                [(rule_id, row_id, today, outcome) for row_id, outcome in outcomes.items()],
            )
            connection.execute("DELETE FROM decision WHERE day < ?", (today - int(MAX_AGE_S) // _DAY_S,))

    def move_back(self, rule_id: str, since_s: float, *, created_s: float) -> None:
        """Let a rule see again what was written since a time, and forget what has failed from then on; it is never moved forward.

        Args:
            rule_id: the rule.
            since_s: Unix seconds.
            created_s: likewise; where the rule begins when it has no place yet.
        """
        since = xact_at(since_s) - 1
        with self._written() as connection:
            connection.execute(
                "INSERT INTO place VALUES(?, ?) ON CONFLICT(rule_id) DO UPDATE SET xact = min(xact, ?)",
                (rule_id, min(since, xact_at(created_s) - 1), since),
            )
            # What was written since then was decided since then.
            connection.execute(
                "UPDATE decision SET outcome = ? WHERE rule_id = ? AND outcome = 'failed' AND day >= ?",
                (_FORGOTTEN, rule_id, int(since_s) // _DAY_S),
            )

    def keep_only(self, ids: Collection[str]) -> None:
        """Forget the places of all other rules and alerts, and when those alerts were posted."""
        with self._written() as connection:
            for table, column in (("place", "rule_id"), ("told", "alert_id")):
                known = connection.execute(f"SELECT {column} FROM {table}").fetchall()  # noqa: S608 - our own names
                connection.executemany(
                    f"DELETE FROM {table} WHERE {column} = ?",  # noqa: S608 - as above
                    [(each,) for (each,) in known if each not in ids],
                )

    def advance(self, rule_id: str, xact: int, *, since: int | None) -> None:
        """Let a rule go on behind a transaction, unless its place is not `since` any more: somebody has moved it meanwhile."""
        with self._written() as connection:
            if since is None:
                connection.execute("INSERT OR IGNORE INTO place VALUES(?, ?)", (rule_id, xact))
            else:
                connection.execute(
                    "UPDATE place SET xact = ? WHERE rule_id = ? AND xact = ?", (xact, rule_id, since)
                )

    def told_s(self, alert_id: str) -> float:
        """Return when an alert was posted last, Unix seconds; 0 before it ever was."""
        with self._lock:
            found = self._connection.execute(
                "SELECT time_s FROM told WHERE alert_id = ?", (alert_id,)
            ).fetchone()
        return 0.0 if found is None else float(found[0])

    def note_told(self, alert_id: str, time_s: float) -> None:
        """Remember when an alert was posted."""
        with self._written() as connection:
            connection.execute("INSERT OR REPLACE INTO told VALUES(?, ?)", (alert_id, time_s))

    def _today(self) -> int:
        return int(self._now_s()) // _DAY_S

    @contextmanager
    def _written(self) -> Generator[sqlite3.Connection]:
        with self._lock, transaction(self._connection) as connection:
            yield connection

    def _prepare(self, path: Path) -> None:
        self._connection.execute("PRAGMA journal_mode = WAL")
        version = int(self._connection.execute("PRAGMA user_version").fetchone()[0])
        if version > VERSION:
            raise StoreError(
                f"the decisions of online scoring {path} are of version {version}, and this release knows up to"
                f" {VERSION}: use the newer release that wrote them"
            )
        self._connection.executescript(f"{_SCHEMA} PRAGMA user_version = {VERSION};")
