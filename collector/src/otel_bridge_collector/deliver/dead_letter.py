"""Dead letters: records that a destination will never take, kept with the reason. It retries nothing.

One JSON object a line: `seq`, `reason`, the routing's fields, and `payload` in base64, from which the record can
be sent again.
"""

import base64
import logging
import os
import threading
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import BinaryIO

import orjson

from otel_bridge_collector.spool.record import Record, Routing

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """One record that was buried."""

    record: Record
    reason: str


class DeadLetters:
    """The file of one destination. Any thread may call."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._changing = threading.Lock()
        self.buried = 0

    def bury(self, record: Record, reason: str) -> None:
        """Append a record durably. A record that was buried before a crash may stand there twice.

        Raises:
            OSError: the file cannot be written.
        """
        letter = {
            "seq": record.seq,
            "reason": reason,
            **asdict(record.routing),
            "payload": base64.b64encode(record.payload).decode("ascii"),
        }
        with self._changing, self._path.open("ab+") as file:
            file.write(_end_of_line(file) + orjson.dumps(letter) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self.buried += 1
        # The reason may quote a value, so it stands in the file only.
        logger.error("record %d will never pass; it lies in %s", record.seq, self._path)

    def read(self) -> Iterator[DeadLetter]:
        """Yield the letters that are there now, oldest first; a line that a crash cut is passed over.

        One at a time: the file may be larger than the memory. Letters may be buried and taken out meanwhile.

        Raises:
            OSError: the file cannot be read.
        """
        return (letter for line in self._lines() if (letter := _letter(line)))

    def numbers(self) -> Iterator[int]:
        """Yield the number of each record that lies here.

        Raises:
            OSError: the file cannot be read.
        """
        return (letter.record.seq for letter in self.read())

    def unreadable(self) -> int:
        """Return how many lines are no letters.

        Raises:
            OSError: the file cannot be read.
        """
        return sum(_letter(line) is None for line in self._lines())

    def remove(self, numbers: Collection[int]) -> None:
        """Take letters out, each as often as it stands there.

        Args:
            numbers: of their records.

        Raises:
            OSError: the file cannot be written.
        """
        self._keep_lines(lambda line: (letter := _letter(line)) is None or letter.record.seq not in numbers)

    def expire(self, before_ns: int) -> int:
        """Take out the letters of requests that came before a time, Unix nanoseconds; return how many.

        Raises:
            OSError: the file cannot be read or written.
        """
        if not self._path.exists():
            return 0
        return self._keep_lines(lambda line: not _came_before(line, before_ns))

    def _lines(self) -> Iterator[bytes]:
        """Yield the lines that stand there when the first one is asked for."""
        try:
            file = self._path.open("rb")
        except FileNotFoundError:
            return
        # A file that is written anew meanwhile is another one: this one stays as it was.
        with file:
            end = file.seek(0, os.SEEK_END)
            file.seek(0)
            while (start := file.tell()) < end:
                yield file.readline(end - start)

    def _keep_lines(self, is_kept: Callable[[bytes], bool]) -> int:
        """Write the file anew with some of its lines, unless that is all of them; return how many went."""
        written = self._path.with_suffix(".new")
        gone = 0
        with self._changing:
            with self._path.open("rb") as lines, written.open("wb") as file:
                for line in lines:
                    kept = is_kept(line)
                    gone += not kept
                    if kept:
                        file.write(line)
                file.flush()
                os.fsync(file.fileno())
            if gone:
                written.replace(self._path)
            else:
                written.unlink()
        return gone


def _came_before(line: bytes, before_ns: int) -> bool:
    letter = _letter(line)
    return letter is not None and letter.record.routing.received_ns < before_ns


def _end_of_line(file: BinaryIO) -> bytes:
    """Return what ends a line that a crash or a full disk has cut, so that the next one is a line of its own."""
    if not file.seek(0, os.SEEK_END):
        return b""
    file.seek(-1, os.SEEK_END)
    return b"" if file.read(1) == b"\n" else b"\n"


def _letter(line: bytes) -> DeadLetter | None:
    try:
        found = orjson.loads(line)
        routing = Routing(**{each.name: found[each.name] for each in fields(Routing) if each.name in found})
        record = Record(seq=found["seq"], routing=routing, payload=base64.b64decode(found["payload"]))
        return DeadLetter(record=record, reason=found["reason"])
    except (ValueError, KeyError, TypeError):
        return None
