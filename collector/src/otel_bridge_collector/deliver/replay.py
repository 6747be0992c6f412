"""Replays: what a destination is to be sent once more, kept in a file until it is done. It sends nothing."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import orjson

from otel_bridge_collector.errors import CollectorError
from otel_bridge_collector.spool.spool import Spool

MAX_FAULTS: Final = 50

_FAULT_CHARACTERS: Final = 500


class ReplayError(CollectorError):
    """A replay cannot begin now."""


@dataclass(slots=True, kw_only=True)
class Replay:
    """One replay, and how far it is.

    Attributes:
        next_seq: number of the first record that is still to be sent.
        until_seq: number after the last one.
        dead_letters: whether dead letters are sent instead of records of the spool.
        records: how many were sent.
        rows: what they gave: rows, or requests.
        changed: field -> rows in which it was another before, where the destination can tell; `""` -> rows that were
            not there before.
        refused: rows or requests that the destination does not take, and records of which nothing can be made.
        faults: which they are and why, up to `MAX_FAULTS` of them.
    """

    next_seq: int = 0
    until_seq: int = 0
    dead_letters: bool = False
    records: int = 0
    rows: int = 0
    changed: dict[str, int] = field(default_factory=dict[str, int])
    refused: int = 0
    faults: list[str] = field(default_factory=list[str])
    is_done: bool = False

    def refuse(self, seq: int, faults: Sequence[str]) -> None:
        """Count what of a record is not taken, each with the reason."""
        self.refused += len(faults)
        room = MAX_FAULTS - len(self.faults)
        self.faults += [f"request {seq}: {fault}"[:_FAULT_CHARACTERS] for fault in faults[: max(room, 0)]]

    def count(self, *, rows: int, changed: Mapping[str, int]) -> None:
        """Count one record that was sent."""
        self.records += 1
        self.rows += rows
        for name, number in changed.items():
            self.changed[name] = self.changed.get(name, 0) + number


class Replays:
    """The replays of one destination, one at a time."""

    def __init__(self, path: Path) -> None:
        """Take up the replay that the last process did not end.

        Args:
            path: the file of the running replay; it need not exist.
        """
        self._path = path
        self.last = _read(path)

    def begin(self, replay: Replay) -> None:
        """Note a replay down.

        Raises:
            ReplayError: another one is running.
            OSError: the file cannot be written.
        """
        if self.waiting():
            raise ReplayError("another replay is running: wait until it is done")
        self._write(replay)
        self.last = replay

    def waiting(self) -> Replay | None:
        """Return the replay that is to be done, or None."""
        return self.last if self.last and not self.last.is_done else None

    def advance(self, replay: Replay, next_seq: int) -> None:
        """Note how far a replay is.

        Raises:
            OSError: the file cannot be written.
        """
        replay.next_seq = next_seq
        self._write(replay)

    def end(self, replay: Replay) -> None:
        """Note that a replay is done.

        Raises:
            OSError: the file cannot be removed.
        """
        self._path.unlink(missing_ok=True)
        replay.is_done = True

    def _write(self, replay: Replay) -> None:
        written = self._path.with_name(f"{self._path.name}.new")
        with written.open("wb") as file:
            file.write(orjson.dumps(asdict(replay)))
            file.flush()
            os.fsync(file.fileno())
        written.replace(self._path)


def first_since(spool: Spool, since_ns: int) -> int:
    """Return the number of the oldest record that came at a time or later; that after the newest when none did.

    Raises:
        OSError: the spool cannot be read.
    """
    reader = spool.reader(0)
    while records := reader.read().records:
        for record in records:
            if record.routing.received_ns >= since_ns:
                return record.seq
    return spool.end_seq


def _read(path: Path) -> Replay | None:
    try:
        return Replay(**orjson.loads(path.read_bytes()))
    except (FileNotFoundError, orjson.JSONDecodeError, TypeError):
        return None
