"""The SQLite file of the control plane: opened, brought to the newest schema, and shared by those who keep objects in it.

SQLite, because its durable single-row writes take 0.3 ms and DuckDB's do not (spec/storage.md section 8).
"""

import sqlite3
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from otel_bridge_collector.errors import StoreError

_MIGRATIONS: Final[Sequence[str]] = (
    """
CREATE TABLE org(id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE project(id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, created TEXT NOT NULL);
CREATE TABLE experiment(
    id TEXT PRIMARY KEY, project_id TEXT NOT NULL REFERENCES project(id), name TEXT NOT NULL, created TEXT NOT NULL
);
""",
    """
CREATE TABLE named_project(
    id TEXT PRIMARY KEY, name TEXT NOT NULL, created TEXT NOT NULL, deleted_at TEXT, data TEXT NOT NULL DEFAULT '{}'
);
INSERT INTO named_project(rowid, id, name, created) SELECT rowid, id, name, created FROM project;
CREATE TABLE object(
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, project_id TEXT NOT NULL, name TEXT NOT NULL, slug TEXT,
    created TEXT NOT NULL, deleted_at TEXT, xact_id INTEGER NOT NULL, data TEXT NOT NULL
);
INSERT INTO object(id, kind, project_id, name, created, xact_id, data)
    SELECT id, 'experiment', project_id, name, created, 0, '{}' FROM experiment ORDER BY rowid;
DROP TABLE experiment;
DROP TABLE project;
ALTER TABLE named_project RENAME TO project;
CREATE UNIQUE INDEX project_name ON project(name) WHERE deleted_at IS NULL;
CREATE INDEX object_name ON object(kind, project_id, name);
CREATE TABLE object_version(
    object_id TEXT NOT NULL, xact_id INTEGER NOT NULL, action TEXT NOT NULL, name TEXT NOT NULL, slug TEXT,
    data TEXT NOT NULL, PRIMARY KEY(object_id, xact_id)
);
""",
    """
CREATE TABLE api_key(
    id TEXT PRIMARY KEY, name TEXT NOT NULL, digest BLOB NOT NULL, scopes TEXT NOT NULL, projects TEXT,
    created_s REAL NOT NULL, expires_s REAL, revoked_s REAL
);
""",
)
"""Step i brings a file of version i to version i + 1."""

VERSION: Final = len(_MIGRATIONS)
"""The schema that this release writes."""


@contextmanager
def transaction(connection: sqlite3.Connection) -> Generator[sqlite3.Connection]:
    """Keep several statements together or not at all; also where they cannot be kept, and the next ones can."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        # A full disk ends a transaction by itself, and what ended has nothing to be taken back.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


class ControlFile:
    """One open file; hold `lock` while you use `connection`, from any thread."""

    def __init__(self, path: Path) -> None:
        """Open the file, make it where there is none, and bring it to the newest schema.

        Raises:
            StoreError: it cannot be opened, holds something else, or is of a newer version.
        """
        self.lock = threading.RLock()
        self.connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        try:
            self._prepare(path)
        except (sqlite3.Error, StoreError) as error:
            self.connection.close()
            if isinstance(error, StoreError):
                raise
            raise StoreError(f"cannot open the objects {path}: {error}") from error

    def close(self) -> None:
        """Let go of the file."""
        with self.lock:
            self.connection.close()

    def _prepare(self, path: Path) -> None:
        self.connection.execute("PRAGMA journal_mode = WAL")
        # WAL alone could forget a project at a power loss whose rows the other store still has.
        self.connection.execute("PRAGMA synchronous = FULL")
        version = int(self.connection.execute("PRAGMA user_version").fetchone()[0])
        if version > VERSION:
            raise StoreError(
                f"the objects {path} are of version {version}, and this release knows up to {VERSION}:"
                " use the newer release that wrote them"
            )
        for step in range(version, VERSION):
            self.connection.executescript(
                f"BEGIN; {_MIGRATIONS[step]} PRAGMA user_version = {step + 1}; COMMIT;"
            )
