"""The sink that writes rows into the sidecar's own store. It plans no retry and reads nothing."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.sinks.base import Batch
from otel_bridge_collector.store.interface import RewritableStore

_T = TypeVar("_T")


class StoreSink:
    """Writes every batch on one thread of its own, so that the event loop never waits for the disk.

    The store remembers `Batch.next_seq` with the rows, so a batch that is sent again changes nothing.
    """

    def __init__(self, store: RewritableStore) -> None:
        self._store = store
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store-writer")

    async def send(self, batch: Batch[RowWrite]) -> None:
        """See `Sink`."""
        await asyncio.get_running_loop().run_in_executor(
            self._writer, lambda: self._store.apply(batch.writes, next_seq=batch.next_seq)
        )

    async def again(self, batch: Batch[RowWrite]) -> Mapping[str, int]:
        """Write once more what the store has; return which fields changed in how many rows."""
        return await asyncio.get_running_loop().run_in_executor(
            self._writer, lambda: self._store.rewrite(batch.writes)
        )

    async def on_writer(self, step: Callable[[], _T]) -> _T:
        """Run something between two batches, on the thread that writes."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, step)

    def close(self) -> None:
        """Wait for the batch that is being written and stop the thread; the store stays open."""
        self._writer.shutdown(wait=True)
