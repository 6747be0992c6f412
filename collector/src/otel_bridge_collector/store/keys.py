"""API keys: made, listed, revoked and replaced, and found by what a caller shows. It knows no port.

A key is `obk_`, its id and a secret of 256 random bits. Only the SHA-256 of the whole text is kept: nobody can try out
secrets of that length, so a slow hash would only slow down every request. A key is shown once, when it is made.
"""

import contextlib
import hashlib
import hmac
import secrets
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Final

import orjson

from otel_bridge_collector.access import Access, Scope
from otel_bridge_collector.errors import StoreError
from otel_bridge_collector.store.control_file import ControlFile

PREFIX: Final = "obk"
"""What every key begins with, so that scanners for leaked secrets can know one."""

_ID_BYTES: Final = 6
_SECRET_BYTES: Final = 32
_COLUMNS: Final = "id, name, digest, scopes, projects, created_s, expires_s, revoked_s"
_NO_DIGEST: Final = bytes(hashlib.sha256().digest_size)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """One key, without its secret; times are Unix seconds.

    Attributes:
        name: what it is for, in its owner's words.
        digest: SHA-256 of the key's text.
        projects: ids of the projects that it is for; None for all.
        expires_s: None for never.
        revoked_s: None while it is good.
    """

    id: str
    name: str
    digest: bytes
    scopes: frozenset[Scope]
    projects: frozenset[str] | None
    created_s: float
    expires_s: float | None = None
    revoked_s: float | None = None

    def access(self) -> Access:
        """Return what the key lets its bearer do."""
        return Access(name=self.id, scopes=self.scopes, projects=self.projects)

    def state(self, now_s: float) -> str:
        """Return `active`, `expired` or `revoked`."""
        if self.revoked_s is not None:
            return "revoked"
        return "active" if self.expires_s is None or now_s < self.expires_s else "expired"


class Keys:
    """The keys of one data folder, for who manages them; a running sidecar sees a change with its next request."""

    def __init__(self, file: ControlFile, *, now_s: Callable[[], float] = time.time) -> None:
        """Keep keys in `file`."""
        self._file = file
        self._now_s = now_s

    def create(
        self,
        name: str,
        *,
        scopes: frozenset[Scope],
        projects: frozenset[str] | None = None,
        lifetime_s: float | None = None,
    ) -> tuple[ApiKey, str]:
        """Make a key; return it and its text, which nobody can be told again.

        Args:
            name: what it is for.
            scopes: what its bearer may do.
            projects: ids of the projects in which; None for all.
            lifetime_s: how long it is good for; None for ever.
        """
        now_s = self._now_s()
        key_id = secrets.token_hex(_ID_BYTES)
        text = f"{PREFIX}_{key_id}_{secrets.token_urlsafe(_SECRET_BYTES)}"
        key = ApiKey(
            id=key_id,
            name=name,
            digest=_digest(text),
            scopes=scopes,
            projects=projects,
            created_s=now_s,
            expires_s=None if lifetime_s is None else now_s + lifetime_s,
        )
        with self._file.lock:
            self._file.connection.execute(
                f"INSERT INTO api_key({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - our names
                _values(key),
            )
        return key, text

    def all(self) -> Sequence[ApiKey]:
        """Return every key that was ever made, oldest first."""
        with self._file.lock:
            return _read(self._file.connection)

    def find(self, key_id: str) -> ApiKey | None:
        """Return the key of an id, or None."""
        return next((key for key in self.all() if key.id == key_id), None)

    def revoke(self, key: ApiKey) -> ApiKey:
        """End a key at once, and return it."""
        revoked = key if key.revoked_s is not None else replace(key, revoked_s=self._now_s())
        self._update(revoked)
        return revoked

    def rotate(self, key: ApiKey, *, overlap_s: float = 0.0) -> tuple[ApiKey, str]:
        """Make a key that may do the same for as long as `key` was made for; return it and its text.

        Args:
            key: the key to replace.
            overlap_s: how long `key` stays good, so that its bearers can change over.
        """
        now_s = self._now_s()
        lifetime_s = None if key.expires_s is None else key.expires_s - key.created_s
        made = self.create(key.name, scopes=key.scopes, projects=key.projects, lifetime_s=lifetime_s)
        end_s = now_s + overlap_s
        self._update(replace(key, expires_s=end_s if key.expires_s is None else min(end_s, key.expires_s)))
        return made

    def _update(self, key: ApiKey) -> None:
        with self._file.lock:
            self._file.connection.execute(
                "UPDATE api_key SET expires_s = ?, revoked_s = ? WHERE id = ?",
                (key.expires_s, key.revoked_s, key.id),
            )


def has_keys(path: Path) -> bool:
    """Tell whether a key was ever made in an objects file, which need not be there; nothing is made or changed.

    Raises:
        StoreError: it cannot be read.
    """
    try:
        if not path.exists():
            return False
        # Where nobody has it open, SQLite would leave files beside it, even for who only reads.
        mode = "mode=ro" if path.with_name(f"{path.name}-wal").exists() else "immutable=1"
        with contextlib.closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True)
        ) as connection:
            found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'api_key'").fetchone()
            return bool(found and connection.execute("SELECT 1 FROM api_key LIMIT 1").fetchone())
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"cannot read the keys in {path}: {error}") from error


class KeyRing:
    """The keys as a port needs them: found by what a caller shows, from memory. Any thread may call."""

    def __init__(self, path: Path, *, now_s: Callable[[], float] = time.time) -> None:
        """Read the keys of the objects file `path`, which is at its newest schema.

        Raises:
            StoreError: it cannot be read.
        """
        self._now_s = now_s
        self._lock = Lock()
        # Of its own, because SQLite tells a connection only of what others have changed.
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._version = -1
        self._keys: Mapping[str, ApiKey] = {}
        try:
            self._refresh()
        except sqlite3.Error as error:
            self._connection.close()
            raise StoreError(f"cannot read the keys in {path}: {error}") from error

    def is_empty(self) -> bool:
        """Tell whether no key was ever made; one that was revoked or has expired leaves the ports closed."""
        with self._lock:
            self._refresh()
            return not self._keys

    def find(self, text: str) -> ApiKey | None:
        """Return the key that a caller shows; None when there is none, or it is good no more."""
        with self._lock:
            self._refresh()
            key = self._keys.get(_id_in(text))
        # Compared in any case, so that the time taken does not tell which ids there are.
        is_same = hmac.compare_digest(_digest(text), key.digest if key else _NO_DIGEST)
        return key if key and is_same and key.state(self._now_s()) == "active" else None

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _refresh(self) -> None:
        version = int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        if version != self._version:
            self._keys = {key.id: key for key in _read(self._connection)}
            self._version = version


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()


def _id_in(text: str) -> str:
    prefix, _, rest = text.partition("_")
    return rest.partition("_")[0] if prefix == PREFIX else ""


def _values(key: ApiKey) -> tuple[object, ...]:
    projects = None if key.projects is None else orjson.dumps(sorted(key.projects)).decode()
    scopes = " ".join(sorted(key.scopes))
    return (
        key.id,
        key.name,
        key.digest,
        scopes,
        projects,
        key.created_s,
        key.expires_s,
        key.revoked_s,
    )


def _read(connection: sqlite3.Connection) -> list[ApiKey]:
    return [
        ApiKey(
            id=key_id,
            name=name,
            digest=digest,
            scopes=frozenset(Scope(scope) for scope in scopes.split()),
            projects=None if projects is None else frozenset(orjson.loads(projects)),
            created_s=created_s,
            expires_s=expires_s,
            revoked_s=revoked_s,
        )
        for key_id, name, digest, scopes, projects, created_s, expires_s, revoked_s in connection.execute(
            f"SELECT {_COLUMNS} FROM api_key ORDER BY created_s, id"  # noqa: S608 - our names
        )
    ]
