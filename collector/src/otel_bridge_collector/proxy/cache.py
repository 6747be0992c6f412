"""Answers that are kept: encrypted, in an SQLite file of their own, bounded in bytes and in time. It asks nobody.

What was not used for longest makes room. The file is no part of a backup; one that cannot be read is made anew.
"""

import logging
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import orjson

from otel_bridge_collector.proxy.seal import SealError, seal_of

logger = logging.getLogger(__name__)

_VERSION: Final = 1
_SALT_BYTES: Final = 32
_LARGEST_SHARE: Final = 8
"""An answer takes an eighth of the cache at most."""

_ENTRY_BYTES: Final = 200
"""What an entry takes beside its content, roughly."""

_SCHEMA: Final = f"""
CREATE TABLE IF NOT EXISTS salt(value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS entry(
    name BLOB PRIMARY KEY, created_s REAL NOT NULL, expires_s REAL NOT NULL, used INTEGER NOT NULL, size INTEGER NOT NULL, content BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entry_used ON entry(used, size);
CREATE INDEX IF NOT EXISTS entry_expires ON entry(expires_s, size);
PRAGMA user_version = {_VERSION};
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An answer.

    Attributes:
        endpoint: the provider that gave it.
        media_type: of its body.
        body: a stream is kept whole.
        age_s: since it was given, in seconds.
        ttl_s: how long it is kept in all, in seconds.
    """

    endpoint: str
    media_type: str
    body: bytes = field(repr=False)
    age_s: float = 0.0
    ttl_s: float = 0.0


class Cache:
    """One file, which is opened when it is first needed. Any thread may call, and none of its methods raises for what is wrong with the file."""

    def __init__(self, path: Path, *, max_bytes: int, now_s: Callable[[], float] = time.time) -> None:
        """Keep answers.

        Args:
            path: of the file; made where there is none.
            max_bytes: of all of them; 0 for none.
            now_s: Unix seconds.
        """
        self._path = path
        self._max_bytes = max_bytes
        self._now_s = now_s
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._salt = b""

    def get(self, token: str, parts: tuple[bytes, ...], *, max_age_s: float) -> Kept | None:
        """Return the answer to a call; None where there is none that is young enough.

        Args:
            token: the key of the caller.
            parts: what the answer depends on.
            max_age_s: the oldest that will do.
        """
        if not (token and self._max_bytes):
            return None
        return self._tried(lambda connection: self._get(connection, token, parts, max_age_s))

    def put(self, token: str, parts: tuple[bytes, ...], kept: Kept, *, ttl_s: float) -> None:
        """Keep the answer to a call, unless it is too large; it takes the place of an earlier one."""
        size = len(kept.body) + _ENTRY_BYTES
        if not token or size > self._max_bytes // _LARGEST_SHARE:
            return
        self._tried(lambda connection: self._put(connection, token, parts, kept, ttl_s))

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _tried(self, use: Callable[[sqlite3.Connection], Kept | None]) -> Kept | None:
        """Use the open file; whatever is wrong with it, there is no answer in it, and it is opened anew for the next."""
        with self._lock:
            try:
                return use(self._opened())
            except SealError:
                return None
            except (sqlite3.Error, OSError) as error:
                logger.warning("the cache of the proxy cannot be used now: %s", error)
                if self._connection is not None:
                    self._connection.close()
                    self._connection = None
                return None

    def _get(
        self, connection: sqlite3.Connection, token: str, parts: tuple[bytes, ...], max_age_s: float
    ) -> Kept | None:
        seal, now_s = seal_of(token, self._salt), self._now_s()
        name = seal.name(*parts)
        found = connection.execute(
            "SELECT created_s, expires_s, content FROM entry WHERE name = ? AND expires_s > ? AND created_s >= ?",
            (name, now_s, now_s - max_age_s),
        ).fetchone()
        if found is None:
            return None
        created_s, expires_s, content = found
        head, _, body = seal.opened(name, content).partition(b"\n")
        connection.execute("UPDATE entry SET used = ? WHERE name = ?", (time.time_ns(), name))
        age_s = max(now_s - created_s, 0.0)
        return Kept(**orjson.loads(head), body=body, age_s=age_s, ttl_s=expires_s - created_s)

    def _put(
        self, connection: sqlite3.Connection, token: str, parts: tuple[bytes, ...], kept: Kept, ttl_s: float
    ) -> None:
        seal, now_s = seal_of(token, self._salt), self._now_s()
        name = seal.name(*parts)
        head = orjson.dumps({"endpoint": kept.endpoint, "media_type": kept.media_type})
        content = seal.closed(name, head + b"\n" + kept.body)
        connection.execute("BEGIN")
        connection.execute("DELETE FROM entry WHERE expires_s <= ?", (now_s,))
        size = len(kept.body) + _ENTRY_BYTES
        connection.execute(
            "INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?, ?, ?)",
            (name, now_s, now_s + ttl_s, time.time_ns(), size, content),
        )
        self._make_room(connection)
        connection.execute("COMMIT")

    def _make_room(self, connection: sqlite3.Connection) -> None:
        (size,) = connection.execute("SELECT coalesce(sum(size), 0) FROM entry").fetchone()
        while size > self._max_bytes:
            name, least = connection.execute("SELECT name, size FROM entry ORDER BY used LIMIT 1").fetchone()
            connection.execute("DELETE FROM entry WHERE name = ?", (name,))
            size -= least

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            try:
                self._connection = self._open()
            except sqlite3.DatabaseError:
                for suffix in ("", "-wal", "-shm"):
                    self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
                self._connection = self._open()
        return self._connection

    def _open(self) -> sqlite3.Connection:
        self._path.touch(mode=0o600)
        connection = sqlite3.connect(self._path, check_same_thread=False, isolation_level=None)
        try:
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            if version not in (0, _VERSION):
                raise sqlite3.DatabaseError("of another version")
            connection.execute(
                "PRAGMA auto_vacuum = FULL"
            )  # what was deleted gives its place on the disk back
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = OFF")  # what a power loss takes is asked for again
            connection.executescript(_SCHEMA)
            if connection.execute("SELECT count(*) FROM salt").fetchone() == (0,):
                connection.execute("INSERT INTO salt VALUES (?)", (secrets.token_bytes(_SALT_BYTES),))
            (self._salt,) = connection.execute("SELECT value FROM salt").fetchone()
        except sqlite3.Error:
            connection.close()
            raise
        return connection
