"""Group commit: many tasks hand in records, one thread writes what waits and then completes them all.

It knows neither files nor numbers; `commit` does the work of one group.
"""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple, Protocol, TypeAlias

from otel_bridge_collector.errors import SpoolError
from otel_bridge_collector.spool.record import Routing

_GROUP_BYTES: Final = 16 << 20
"""A group takes no more than this, so that memory stays bounded and the first of many waits less."""


class Kept(NamedTuple):
    """What a record has in the spool: its number and its transaction."""

    seq: int
    xact: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A record on its way in; `done`, which is of the event loop that it is made in, is told once it is durable."""

    routing: Routing
    payload: bytes
    done: asyncio.Future[Kept] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class NextXact(Protocol):
    """Gives transactions, each larger than all before; `store.xact.XactClock.next` does."""

    def __call__(self, *, payload_bytes: int) -> int:
        """Return the transaction of a record with so many bytes."""
        ...


def numbered(group: Iterable[Waiting], next_xact: NextXact) -> list[Waiting]:
    """Return the records of a group with their transactions, which grow from one to the next."""
    return [
        Waiting(
            routing=replace(each.routing, xact=next_xact(payload_bytes=len(each.payload))),
            payload=each.payload,
            done=each.done,
        )
        for each in group
    ]


Settled: TypeAlias = tuple[Waiting, Kept | SpoolError]
"""A record, and what it has in the spool, or why it is not there."""


def settle(group: Iterable[Settled]) -> None:
    """Complete records, from any thread: each event loop is woken once for all of its own."""
    of_loops: dict[asyncio.AbstractEventLoop, list[Settled]] = {}
    for settled in group:
        of_loops.setdefault(settled[0].done.get_loop(), []).append(settled)
    for loop, own in of_loops.items():
        with contextlib.suppress(RuntimeError):  # a loop that is closed has nobody left who waits
            loop.call_soon_threadsafe(_set_all, own)


def _set_all(group: Iterable[Settled]) -> None:
    for waiting, result in group:
        if waiting.done.done():
            continue
        if isinstance(result, SpoolError):
            waiting.done.set_exception(result)
        else:
            waiting.done.set_result(result)


class GroupWriter:
    """One thread and its bounded queue. A full queue rejects: the sender comes back later."""

    def __init__(self, commit: Callable[[Sequence[Waiting]], None], *, max_bytes: int) -> None:
        """Make a writer; nothing runs before `start`.

        Args:
            commit: writes one group and settles it; raises nothing.
            max_bytes: payload bytes that may wait.
        """
        self._commit = commit
        self._max_bytes = max_bytes
        self._queue: deque[Waiting] = deque()
        self._queued_bytes = 0
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="spool-writer", daemon=True)

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def submit(self, waiting: Waiting) -> None:
        """Hand in one record.

        Raises:
            SpoolError: too much waits already, or the writer is closing.
        """
        with self._changed:
            if self._closing:
                raise SpoolError("the spool is closing")
            if self._queue and self._queued_bytes + len(waiting.payload) > self._max_bytes:
                raise SpoolError("the spool is busy: too many bytes wait to be written")
            self._queue.append(waiting)
            self._queued_bytes += len(waiting.payload)
            self._changed.notify()

    def close(self, timeout_s: float) -> bool:
        """Write what waits and stop the thread; tell whether it stopped in time."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while group := self._next_group():
            if wanted := [waiting for waiting in group if not waiting.done.cancelled()]:
                self._commit(wanted)

    def _next_group(self) -> list[Waiting]:
        group: list[Waiting] = []
        size = 0
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closing)
            while self._queue and (not group or size + len(self._queue[0].payload) <= _GROUP_BYTES):
                waiting = self._queue.popleft()
                size += len(waiting.payload)
                group.append(waiting)
            self._queued_bytes -= size
        return group
