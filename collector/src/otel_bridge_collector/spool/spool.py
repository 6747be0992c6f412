"""The spool: requests go in durably, in order, and stay until every destination has them.

Appends of many tasks are written together with one sync (group commit, `writer.py`); nothing is readable or
acknowledged before that sync. It knows nothing of OTLP or rows. Format: `record.py`, `segment.py` and
docs/decisions/0005-spool-format.md.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from otel_bridge_collector.errors import SpoolError, SpoolFullError
from otel_bridge_collector.spool.limits import DISK_SHORT, FULL, SpoolLimits
from otel_bridge_collector.spool.pen import Leave, Pen, Place
from otel_bridge_collector.spool.reader import Extent, Reader
from otel_bridge_collector.spool.record import MARKER_SIZE, Record, Routing, pack_record, record_size
from otel_bridge_collector.spool.recovery import recover
from otel_bridge_collector.spool.segment import Segment, append_to, create_segment, leave
from otel_bridge_collector.spool.writer import GroupWriter, Kept, NextXact, Waiting, numbered, settle

logger = logging.getLogger(__name__)

_HEARS_S: Final = 1.0
_NEWS_APART_S: Final = 0.01
"""Between two times that the listeners hear of what the compiled receiver has written."""

_ENDS_S: Final = 1.0
_TELLS_FAILURE_S: Final = 30.0
"""A write that failed is told for so long: without a sender that tries, nobody finds out that it works again."""


class Spool:
    """One folder of segments, owned by one process.

    Attributes:
        limits: may be exchanged at any time; `waiting_bytes` counts as it was when the spool was opened.
        pen: shared with the compiled receiver; None where nobody else writes.
    """

    def __init__(
        self, folder: Path, *, limits: SpoolLimits, at_least: int = 1, pen: Pen | None = None
    ) -> None:
        """Open the folder and repair what the last process left; nothing runs before `start`.

        Args:
            folder: exists, and belongs to this process alone.
            limits: how much the spool holds.
            at_least: numbers below are not given: those that a destination has already passed.
            pen: shared with the compiled receiver, which then writes to the newest segment as well; None where nobody does.

        Raises:
            SpoolError: the folder cannot be read or written.
        """
        try:
            recovered = recover(folder)
        except OSError as error:
            raise SpoolError(f"cannot open the spool in {folder}: {error.strerror}") from error
        self._folder = folder
        self.limits = limits
        self._segments = recovered.segments
        self._end_seq = self._next_seq = max(recovered.end_seq, at_least)
        self._last_xact = recovered.last_xact
        self._growing = False
        self._holds = 0
        self._failing = False
        self._failure = ""
        self._failed_at_s = 0.0
        self._changing = threading.Lock()
        self._listeners: list[Callable[[], object]] = []
        self._passed: Callable[[], int] = lambda: 0
        self._synced: Callable[[float], object] = lambda _: None
        self._writer = GroupWriter(self._commit, max_bytes=limits.waiting_bytes)
        self.pen = pen
        self._listening = threading.Thread(target=self._listen, name="spool-news", daemon=True)

    @property
    def is_alive(self) -> bool:
        """Whether it takes records, as far as its thread is concerned."""
        return self._writer.is_alive and (self.pen is None or self._listening.is_alive())

    def refusal(self) -> str | None:
        """Say why a request would be refused now, as far as that can be seen; None when nothing speaks against it."""
        if self._bytes_left() + self._delivered_bytes() <= 0:
            return "it has reached its size, and nothing in it has been delivered everywhere"
        if self._disk_bytes_left() + self._delivered_bytes() <= 0:
            return self._disk_short()
        if self._failing and time.monotonic() - self._failed_at_s < _TELLS_FAILURE_S:
            return f"the last request was refused: {self._failure}"
        return None

    @property
    def end_seq(self) -> int:
        """The number after the last durable record's."""
        return self._extent().end_seq

    @property
    def last_xact(self) -> int:
        """The transaction of the newest record found on opening; 0 when there was none."""
        return self._last_xact

    def start(self, next_xact: NextXact) -> None:
        """Begin to take records.

        Args:
            next_xact: asked for each record when its turn has come to be written, so that transactions grow in the order of the
                spool; goes on behind `last_xact`.
        """
        self._next_xact = next_xact
        if self.pen:
            self.pen.give(self._place(), None)
            self._listening.start()
        self._writer.start()

    def close(self, timeout_s: float) -> bool:
        """Write what waits, then refuse; tell whether that was done in time."""
        is_done = self._writer.close(timeout_s)
        if self.pen:
            self.pen.close(timeout_s)
            # It ends at once, and a process that ends before it complains of what it still had.
            self._listening.join(max(timeout_s, _ENDS_S))
        return is_done and not self._listening.is_alive()

    async def append(self, routing: Routing, payload: bytes) -> Kept:
        """Return number and transaction once the record is durable. Calls made in order are stored in order.

        Raises:
            SpoolFullError: there is no room for it.
            SpoolError: it could not be written, and is not in the spool.
        """
        waiting = Waiting(routing=routing, payload=payload)
        self._writer.submit(waiting)
        return await waiting.done

    def on_append(self, listener: Callable[[], object]) -> Callable[[], None]:
        """Call `listener`, on the writer's thread, whenever records have become durable; return what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def on_full(self, passed_seq: Callable[[], int]) -> None:
        """Tell the spool how to know the number below which everything is delivered, for when it needs room."""
        self._passed = passed_seq

    def on_sync(self, listener: Callable[[float], object]) -> None:
        """Call `listener`, on the writer's thread, with the seconds that each group took to be durable."""
        self._synced = listener

    @property
    def size_bytes(self) -> int:
        """The bytes of its segments, with what is kept for a replay."""
        return sum(segment.size for segment in self._extent().segments)

    def bytes_from(self, seq: int) -> int:
        """Return the bytes of the segments that hold records from a number on."""
        segments = self._extent().segments
        passed = sum(segment.first_seq <= seq for segment in segments[1:])
        return sum(segment.size for segment in segments[passed:])

    def reader(self, next_seq: int) -> Reader:
        """Return a reader that begins at the first record with this number or a higher one."""
        return Reader(self._extent, next_seq, max_bytes=self.limits.chunk_bytes)

    def trim(self, passed_seq: int) -> None:
        """Delete old segments, as the limits say, in which every record has a number below `passed_seq`."""
        with self._changing:
            self._take_up()
            keep_from = 0 if self._holds else self._first_to_keep(passed_seq)
            old, self._segments = self._segments[:keep_from], self._segments[keep_from:]
        for segment in old:
            segment.path.unlink(missing_ok=True)

    @contextmanager
    def held(self) -> Generator[None]:
        """Delete nothing meanwhile, so that somebody can take up segments with what lies beside them."""
        with self._changing:
            self._holds += 1
        try:
            yield
        finally:
            with self._changing:
                self._holds -= 1

    def durable(self) -> Sequence[Segment]:
        """Return its segments, oldest first, each as far as it is durable."""
        return self._extent().segments

    def _extent(self) -> Extent:
        with self._changing:
            self._take_up()
            return Extent(segments=self._segments, end_seq=self._end_seq)

    def _first_to_keep(self, passed_seq: int) -> int:
        size = sum(segment.size for segment in self._segments)
        oldest_kept = time.time() - self.limits.keep_s
        for index, (segment, following) in enumerate(zip(self._segments, self._segments[1:], strict=False)):
            is_wanted = size <= self.limits.keep_bytes and segment.path.stat().st_mtime >= oldest_kept
            if is_wanted or following.first_seq > passed_seq:
                return index
            size -= segment.size
        # The newest segment stays: its last record says which numbers were given.
        return max(len(self._segments) - 1, 0)

    def _take_up(self) -> None:
        """Take up, under `_changing`, what the compiled receiver has written: whoever asks afterwards sees all that was acknowledged."""
        if self.pen is None:
            return
        place = self.pen.extent()
        if self._growing and place.marker == self._segments[-1].marker:
            newest = self._segments[-1]
            self._segments = (*self._segments[:-1], replace(newest, size=max(newest.size, place.size)))
            self._end_seq = max(self._end_seq, place.end_seq)

    @contextmanager
    def _writing(self) -> Generator[None]:
        """Be the only one who writes to the newest segment, or who begins another."""
        if self.pen is None:
            yield
            return
        place = self.pen.take()
        self._next_seq = place.next_seq
        with self._changing:
            self._take_up()
        if self._growing and place.marker != self._segments[-1].marker:
            self._growing = False  # what others wrote there is not known, and must not be written over
        try:
            yield
        finally:
            self.pen.give(self._place(), self._leave())

    def _place(self) -> Place:
        newest = self._segments[-1] if self._growing else None
        return Place(
            newest.marker if newest else bytes(MARKER_SIZE),
            newest.size if newest else 0,
            self._end_seq,
            self._next_seq,
        )

    def _leave(self) -> Leave | None:
        """Say how far the newest segment may grow without this thread; room is looked at again whenever it has written."""
        if not self._growing or self._failing:
            return None
        newest = self._segments[-1]
        return Leave(newest.path, self._segment_bytes(), newest.size + max(self._room(), 0))

    def _listen(self) -> None:
        """Tell of what the compiled receiver has written."""
        assert self.pen  # noqa: S101 - the thread runs for it alone
        while news := self.pen.hear(_HEARS_S):
            for duration_s in news.durations_s:
                self._synced(duration_s)
            if news.is_new:
                self._tell()
                time.sleep(_NEWS_APART_S)

    def _tell(self) -> None:
        for listener in list(self._listeners):
            listener()

    def _commit(self, group: Sequence[Waiting]) -> None:
        with self._writing():
            is_written = self._write_group(numbered(group, self._next_xact))
        if is_written:
            self._tell()

    def _write_group(self, group: Sequence[Waiting]) -> bool:
        """Write what there is room for and settle all; tell whether anything was written."""
        fitting = self._fitting(group)
        if not fitting:
            return False
        first_seq = self._next_seq
        self._next_seq += len(fitting)  # a number that failed is not given again: the file may still hold it
        try:
            self._write(fitting, first_seq)
        except Exception as error:  # noqa: BLE001 - whatever happened, the senders must learn it and the thread live
            self._report(error)
            failed = SpoolError(f"the spool cannot be written: {error}")
            settle((waiting, failed) for waiting in fitting)
            return False
        if len(fitting) == len(group):
            self._report(None)
        settle((waiting, Kept(seq, waiting.routing.xact)) for seq, waiting in enumerate(fitting, first_seq))
        return True

    def _fitting(self, group: Sequence[Waiting]) -> list[Waiting]:
        """Return what there is room for, and refuse the rest."""
        sizes = [record_size(waiting.routing, waiting.payload) for waiting in group]
        room = self._room()
        if sum(sizes) > room:
            self._make_room(sum(sizes))
            room = self._room()
        fitting: list[Waiting] = []
        refused: list[Waiting] = []
        for waiting, size in zip(group, sizes, strict=True):
            fits = size <= room
            room -= size if fits else 0
            (fitting if fits else refused).append(waiting)
        if refused:
            why = self._disk_short() if self._disk_bytes_left() < self._bytes_left() else FULL
            self._report(SpoolFullError(why))  # before the senders know, who may ask at once why
            settle((waiting, SpoolFullError(why)) for waiting in refused)
        return fitting

    def _room(self) -> int:
        """Return the bytes that may be appended now."""
        return min(self._bytes_left(), self._disk_bytes_left())

    def _bytes_left(self) -> int:
        return self.limits.max_bytes - self.size_bytes

    def _disk_short(self) -> str:
        kept = self.limits.min_free_bytes
        return DISK_SHORT.format(free=(self._disk_bytes_left() + kept) >> 20, kept=kept >> 20)

    def _disk_bytes_left(self) -> int:
        try:
            disk = os.statvfs(self._folder)
        except OSError:  # a disk that cannot be asked is found out by writing
            return self.limits.max_bytes
        return disk.f_bavail * disk.f_frsize - self.limits.min_free_bytes

    def _delivered_bytes(self) -> int:
        """Return the bytes that could be deleted to make room."""
        passed_seq, extent = self._passed(), self._extent()
        if passed_seq >= extent.end_seq:
            return sum(segment.size for segment in extent.segments)
        following = zip(extent.segments, extent.segments[1:], strict=False)
        return sum(segment.size for segment, successor in following if successor.first_seq <= passed_seq)

    def _make_room(self, size: int) -> None:
        """Delete delivered segments, oldest first, until `size` bytes fit; what nobody has is never deleted."""
        try:
            passed_seq = self._passed()
            if passed_seq >= self._end_seq and self._segments and self._segments[-1].size:
                self._growing = (
                    False  # all is delivered: the newest segment may go as well, once it has a successor
                )
                self._growing_segment(self._next_seq)
            while self._room() < size and self._delete_oldest(passed_seq):
                pass
        except OSError as error:
            logger.warning("delivered spool segments cannot be deleted: %s", error)

    def _delete_oldest(self, passed_seq: int) -> bool:
        """Delete the oldest segment if it is delivered and nobody holds the spool; tell whether it went."""
        with self._changing:
            if self._holds or len(self._segments) < 2 or self._segments[1].first_seq > passed_seq:  # noqa: PLR2004 - it and a successor
                return False
            oldest, self._segments = self._segments[0], self._segments[1:]
        oldest.path.unlink(missing_ok=True)
        return True

    def _write(self, group: Sequence[Waiting], first_seq: int) -> None:
        segment = self._growing_segment(first_seq)
        parts = [
            part
            for seq, waiting in enumerate(group, first_seq)
            for part in pack_record(
                segment.marker, Record(seq=seq, routing=waiting.routing, payload=waiting.payload)
            )
        ]
        start_s = time.perf_counter()
        grown = append_to(segment, *parts)
        self._synced(time.perf_counter() - start_s)
        with self._changing:
            self._segments = (*self._segments[:-1], grown)
            self._end_seq = first_seq + len(group)

    def _segment_bytes(self) -> int:
        """Only whole segments can be deleted, so that a small spool has small ones."""
        return min(self.limits.segment_bytes, max(self.limits.max_bytes // 4, 1))

    def _growing_segment(self, first_seq: int) -> Segment:
        if self._growing and self._segments[-1].size < self._segment_bytes():
            return self._segments[-1]
        if self._growing:
            leave(self._segments[-1])
        segment = create_segment(self._folder, first_seq)
        with self._changing:
            self._segments = (*self._segments, segment)
        self._growing = True
        return segment

    def _report(self, error: Exception | None) -> None:
        if error and not self._failing:
            logger.error("the spool cannot be written (%s): senders are asked to retry", error)
        elif not error and self._failing:
            logger.info("the spool can be written again")
        # What an operating system says may name files, and everyone who reaches a port may ask.
        self._failure = str(error) if isinstance(error, SpoolFullError) else "the disk did not take it"
        self._failing = error is not None
        self._failed_at_s = time.monotonic()
