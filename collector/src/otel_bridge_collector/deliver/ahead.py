"""The next records of the spool, read and prepared on a thread while those before are sent. It sends and buries nothing.

Preparation is in order and each record's is done once: nothing else may read or prepare between `begin` and `take`.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, TypeVar

from otel_bridge_collector.deliver.preparation import Prepared, prepare_onto
from otel_bridge_collector.errors import RetryableError
from otel_bridge_collector.spool.reader import Chunk
from otel_bridge_collector.spool.record import Record

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Readied(Generic[T]):
    """A chunk, and what its first records became; the others are still to be prepared."""

    chunk: Chunk
    done: list[tuple[Record, Prepared[T]]]


class Ahead(Generic[T]):
    """Looks one chunk ahead; belongs to one event loop.

    Args:
        prepare: as the loop prepares a record.
    """

    def __init__(self, prepare: Callable[[Record], Prepared[T]]) -> None:
        self._prepare = prepare
        self._looking: asyncio.Future[Readied[T]] | None = None

    def begin(self, read: Callable[[], Chunk]) -> None:
        """Read a chunk and prepare it, on a thread."""
        self._looking = asyncio.get_running_loop().run_in_executor(None, self._ready, read)

    async def take(self, read: Callable[[], Chunk]) -> Readied[T]:
        """Return what was looked for; where nothing was, or nothing had come yet, read now.

        Raises:
            OSError: the spool cannot be read.
        """
        looking, self._looking = self._looking, None
        readied = await looking if looking else None
        if readied and readied.chunk.records:
            return readied
        return Readied(await asyncio.to_thread(read), [])

    async def end(self) -> None:
        """Wait for the thread, and forget what it found."""
        looking, self._looking = self._looking, None
        if looking:
            await asyncio.gather(looking, return_exceptions=True)

    def _ready(self, read: Callable[[], Chunk]) -> Readied[T]:
        readied: Readied[T] = Readied(read(), [])
        # Whoever takes it tries the rest again, and waits between as after any other failure.
        with suppress(RetryableError):
            prepare_onto(readied.done, readied.chunk.records, self._prepare)
        return readied
