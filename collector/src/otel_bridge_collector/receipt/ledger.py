"""The ledger of receipts: one account for each sender, in an SQLite file of its own, bounded in number.

It follows the spool: what it has counted and how far it is are one transaction, so nothing is counted twice or missed
over a crash. What the ports reject and what a process says without spans is written when it comes.
"""

import json
import sqlite3
import threading
from collections.abc import Callable, Generator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from otel_bridge.contract.receipt import parse_receipt
from otel_bridge_collector.decode.sender import Sender
from otel_bridge_collector.errors import StoreError, is_disk_full
from otel_bridge_collector.receipt.account import Account
from otel_bridge_collector.spool.record import Record, Routing
from otel_bridge_collector.store.control_file import transaction

MAX_ACCOUNTS: Final = 2_000
"""Senders that are remembered of each reach, so that no tenant pushes out those of another; the silent ones go first."""

MAX_BURIED: Final = 10_000
MAX_AGE_S: Final = 30 * 86_400.0
VERSION: Final = 1
"""Of the file, in its `user_version`; 0 is one that was just made. A field that comes to `Account` raises it."""

_REASON_CHARACTERS: Final = 200

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS account(
    reach TEXT NOT NULL, key TEXT NOT NULL, last_ns INTEGER NOT NULL, data TEXT NOT NULL, PRIMARY KEY(reach, key)
);
CREATE TABLE IF NOT EXISTS buried(
    seq INTEGER NOT NULL, reason TEXT NOT NULL, reach TEXT NOT NULL, key TEXT NOT NULL, spans INTEGER NOT NULL,
    PRIMARY KEY(seq, reason, reach, key)
);
CREATE TABLE IF NOT EXISTS progress(one INTEGER PRIMARY KEY CHECK (one = 1), next_seq INTEGER NOT NULL);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What came with a request beside its spans.

    Attributes:
        receipt: as it was received; None without.
        projects: ids of the projects that its sender reaches; None for all.
        senders: whose spans it holds.
        rejected: how many more it held that were rejected.
        reason: why.
    """

    receipt: str | None
    projects: Sequence[str] | None
    senders: Sequence[Sender]
    rejected: int = 0
    reason: str = ""


class ReceiptLedger:
    """One open file. Any thread may call."""

    def __init__(self, path: Path) -> None:
        """Open the file, and make it where there is none.

        Raises:
            StoreError: it cannot be opened, or holds something else.
        """
        self._changing = threading.RLock()
        self._connection = _connected(path)
        try:
            version = int(self._connection.execute("PRAGMA user_version").fetchone()[0])
            if version <= VERSION:
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute("PRAGMA synchronous = NORMAL")
                self._connection.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
        except sqlite3.Error as error:
            self.close()
            raise StoreError(_why_not(path, error)) from error
        if version > VERSION:
            self._connection.close()
            raise StoreError(
                f"the receipts {path} are of version {version}, and this release knows up to {VERSION}:"
                " use the newer release that wrote them, or move the file away to begin anew"
            )

    def close(self) -> None:
        """Let go of the file."""
        with self._changing:
            self._connection.close()

    def begin(self, next_seq: int) -> int:
        """Return the number of the first record of the spool that is not counted: `next_seq` for a ledger that is new."""
        with self._transaction():
            self._connection.execute(
                "INSERT OR IGNORE INTO progress(one, next_seq) VALUES (1, ?)", [next_seq]
            )
            (found,) = self._connection.execute("SELECT next_seq FROM progress").fetchone()
        return int(found)

    def count(self, records: Sequence[Record], next_seq: int) -> None:
        """Count the spans of records, and remember how far that is."""
        with self._transaction(), self._changed() as accounts:
            for record in records:
                if record.routing.signal == "traces" and not record.routing.is_canary:
                    _count(record.routing, accounts)
            self._connection.execute(
                "INSERT OR REPLACE INTO progress(one, next_seq) VALUES (1, ?)", [next_seq]
            )

    def hear(self, word: Word, now_ns: int) -> None:
        """Write what was rejected, and what a request said that kept no span."""
        key = _keys(word.receipt, word.senders)[0]
        with self._transaction(), self._changed() as accounts:
            account = accounts(word.projects, key)
            if not word.senders:
                account.hear(word.receipt, now_ns)
            if word.rejected:
                account.reject(word.receipt, word.rejected, word.reason[:_REASON_CHARACTERS])

    def bury(self, record: Record, reason: str, spans: int) -> None:
        """Note spans of a record that the store will never have; once, however often it is told."""
        routing = record.routing
        if routing.signal != "traces" or not spans:
            return
        key = _keys(routing.receipt, routing.senders or ())[0]
        values = [record.seq, reason[:_REASON_CHARACTERS], _reach(routing.projects), key, spans]
        with self._transaction():
            self._connection.execute("INSERT OR REPLACE INTO buried VALUES (?, ?, ?, ?, ?)", values)
            self._connection.execute(
                "DELETE FROM buried WHERE rowid <= (SELECT max(rowid) FROM buried) - ?", [MAX_BURIED]
            )

    def revive(self, seq: int) -> None:
        """Note that a record that was buried has passed after all."""
        with self._transaction():
            self._connection.execute("DELETE FROM buried WHERE seq = ?", [seq])

    def accounts(self, projects: Set[str] | None) -> list[tuple[Account, Mapping[str, int]]]:
        """Return the accounts of senders that reach no more than `projects`, newest first, with what was buried of each."""
        with self._changing:
            found = self._connection.execute(
                "SELECT reach, key, data FROM account ORDER BY last_ns DESC"
            ).fetchall()
            buried = self._buried()
        return [
            (Account(**json.loads(data)), buried.get((reach, key), {}))
            for reach, key, data in found
            if projects is None or _is_within(reach, projects)
        ]

    def forget(self, now_ns: int) -> None:
        """Let accounts go that are too old or too many."""
        oldest_ns = now_ns - int(MAX_AGE_S * 1e9)
        with self._transaction():
            self._connection.execute("DELETE FROM account WHERE last_ns < ?", [oldest_ns])
            self._connection.execute(
                "DELETE FROM account WHERE rowid IN (SELECT rowid FROM (SELECT rowid, row_number() OVER"
                " (PARTITION BY reach ORDER BY last_ns DESC) AS place FROM account) WHERE place > ?)",
                [MAX_ACCOUNTS],
            )

    def _buried(self) -> dict[tuple[str, str], dict[str, int]]:
        rows = self._connection.execute(
            "SELECT reach, key, reason, sum(spans) FROM buried GROUP BY reach, key, reason"
        ).fetchall()
        found: dict[tuple[str, str], dict[str, int]] = {}
        for reach, key, reason, spans in rows:
            found.setdefault((reach, key), {})[reason] = spans
        return found

    @contextmanager
    def _transaction(self) -> Generator[None]:
        with self._changing, transaction(self._connection):
            yield

    @contextmanager
    def _changed(self) -> Generator["Callable[[Sequence[str] | None, str], Account]"]:
        """Give accounts by reach and key, made where there are none, and write them at the end."""
        open_accounts: dict[tuple[str, str], Account] = {}

        def account(projects: Sequence[str] | None, key: str) -> Account:
            place = (_reach(projects), key)
            if place not in open_accounts:
                open_accounts[place] = self._read(place) or Account(key=key, projects=projects)
            return open_accounts[place]

        yield account
        self._connection.executemany(
            "INSERT OR REPLACE INTO account(reach, key, last_ns, data) VALUES (?, ?, ?, ?)",
            [(*place, each.last_ns, json.dumps(asdict(each))) for place, each in open_accounts.items()],
        )

    def _read(self, place: tuple[str, str]) -> Account | None:
        found = self._connection.execute(
            "SELECT data FROM account WHERE reach = ? AND key = ?", place
        ).fetchone()
        return Account(**json.loads(found[0])) if found else None


def _count(routing: Routing, accounts: Callable[[Sequence[str] | None, str], Account]) -> None:
    new: dict[str, bool] = {}
    senders = routing.senders or ()
    for key, sender in zip(_keys(routing.receipt, senders), senders, strict=False):
        account = accounts(routing.projects, key)
        if key not in new:
            new[key] = account.hear(routing.receipt, routing.received_ns)
        if new[key]:
            account.take(sender, routing.received_ns)


def _keys(receipt: str | None, senders: Sequence[Sender]) -> list[str]:
    """Return the key of each sender's account: one for all, where the request has a receipt; at least one."""
    told = parse_receipt(receipt)
    if told:
        return [told.process] * max(len(senders), 1)
    return [f"{each['service']} {each['instance']}".strip() for each in senders] or [""]


def _reach(projects: Sequence[str] | None) -> str:
    return json.dumps(None if projects is None else sorted(projects))


def _is_within(reach: str, projects: Set[str]) -> bool:
    reached: Sequence[str] | None = json.loads(reach)
    return reached is not None and projects >= set(reached)


def _connected(path: Path) -> sqlite3.Connection:
    try:
        return sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    except sqlite3.Error as error:
        raise StoreError(_why_not(path, error)) from error


def _why_not(path: Path, error: sqlite3.Error) -> str:
    remedy = "make room there" if is_disk_full(error) else "move it away to begin anew"
    return f"cannot open the receipts {path}: {error}: {remedy}"
