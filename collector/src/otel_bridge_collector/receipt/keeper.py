"""Count for the receipts what the store has passed: the ledger follows the spool behind the store. It delivers nothing."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import NoReturn, Protocol

from otel_bridge_collector.receipt.ledger import ReceiptLedger
from otel_bridge_collector.spool.reader import Chunk
from otel_bridge_collector.spool.spool import Spool

logger = logging.getLogger(__name__)

_PATIENCE_S = 60.0
_RETRY_S = 5.0


class Passed(Protocol):
    """Knows how far the store is; `deliver.loop.Delivery` does."""

    async def reached(self, seq: int, *, timeout_s: float) -> bool:
        """Wait until it has every record below `seq`; tell whether it has."""
        ...


class ReceiptKeeper:
    """The task that counts; belongs to one event loop."""

    def __init__(
        self,
        spool: Spool,
        store: Passed,
        ledger: ReceiptLedger,
        *,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._spool = spool
        self._store = store
        self._ledger = ledger
        self._now_ns = now_ns
        # A spool that was there before the ledger is not counted: its numbers would begin in the middle.
        self._next_seq = ledger.begin(spool.end_seq)
        self._more = asyncio.Event()
        self._moved = asyncio.Condition()

    async def run(self) -> NoReturn:
        """Count until cancelled."""
        loop = asyncio.get_running_loop()
        forget = self._spool.on_append(lambda: loop.call_soon_threadsafe(self._more.set))
        try:
            while True:
                await self._count_all()
                await self._more.wait()
        finally:
            forget()

    async def reached(self, seq: int, *, timeout_s: float) -> bool:
        """Wait until everything below `seq` is counted; tell whether it is."""
        try:
            async with asyncio.timeout(timeout_s), self._moved:
                await self._moved.wait_for(lambda: self._next_seq >= seq)
        except TimeoutError:
            return False
        return True

    async def _count_all(self) -> None:
        reader = self._spool.reader(self._next_seq)
        while True:
            self._more.clear()
            try:
                chunk = await asyncio.to_thread(reader.read)
                await self._count(chunk)
            except Exception as error:  # noqa: BLE001 - receipts are of help only, and must hold up nothing
                logger.warning("receipts cannot be counted now (%s); trying again", type(error).__name__)
                await asyncio.sleep(_RETRY_S)
                reader = self._spool.reader(self._next_seq)
                continue
            if not chunk.records:
                return

    async def _count(self, chunk: Chunk) -> None:
        while not await self._store.reached(chunk.next_seq, timeout_s=_PATIENCE_S):
            pass
        if chunk.records:
            await asyncio.to_thread(self._ledger.count, chunk.records, chunk.next_seq)
            await asyncio.to_thread(self._ledger.forget, self._now_ns())
        async with self._moved:
            self._next_seq = chunk.next_seq
            self._moved.notify_all()
