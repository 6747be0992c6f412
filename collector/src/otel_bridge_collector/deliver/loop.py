"""Delivery: bring the records of the spool to one destination, in order, until it has them all.

Each destination has a loop and a cursor of its own, so that a dead one holds up no other. The loop begins at the
cursor again after every failure that may pass; what never passes is buried, and the rest goes on.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from otel_bridge_collector.deliver.backoff import Backoff
from otel_bridge_collector.deliver.dead_letter import DeadLetters
from otel_bridge_collector.deliver.recall import delivered_last
from otel_bridge_collector.deliver.route import Router
from otel_bridge_collector.deliver.rows import Translator
from otel_bridge_collector.errors import PermanentError, RetryableError
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.sinks.base import Batch, Sink
from otel_bridge_collector.spool.cursor import Cursor
from otel_bridge_collector.spool.reader import Reader
from otel_bridge_collector.spool.record import Record
from otel_bridge_collector.spool.spool import Spool
from otel_bridge_collector.telemetry import Counters

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A sink and what delivery keeps for it."""

    name: str
    sink: Sink
    cursor: Cursor
    dead_letters: DeadLetters


@dataclass(frozen=True, slots=True, kw_only=True)
class _Translated:
    record: Record
    writes: Sequence[RowWrite]


class Delivery:
    """The loop of one destination; belongs to one event loop."""

    def __init__(self, spool: Spool, destination: Destination, router: Router, counters: Counters) -> None:
        self._spool = spool
        self._name = destination.name
        self._sink = destination.sink
        self._cursor = destination.cursor
        self._dead_letters = destination.dead_letters
        self._translator = Translator()
        self._router = router
        self._counters = counters
        self._backoff = Backoff()
        self._failing = False
        self._buried: set[int] = set()
        self._more = asyncio.Event()
        self._moved = asyncio.Condition()
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to deliver, in a task of the running event loop."""
        loop = asyncio.get_running_loop()
        self._spool.on_append(lambda: loop.call_soon_threadsafe(self._more.set))
        self._running = asyncio.create_task(self._run())

    async def stop(self, *, drain_s: float) -> None:
        """Deliver what is there, as far as the time allows, then end; the spool keeps the rest."""
        running, self._running = self._running, None
        if running is None:
            return
        if not await self.reached(self._spool.end_seq, timeout_s=drain_s):
            logger.warning(
                "%s: stopped before everything was delivered; it goes on at the next start", self._name
            )
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    async def reached(self, seq: int, *, timeout_s: float) -> bool:
        """Wait until the destination has every record below `seq`; tell whether it has."""
        try:
            async with asyncio.timeout(timeout_s), self._moved:
                await self._moved.wait_for(lambda: self._cursor.next_seq >= seq)
        except TimeoutError:
            return False
        return True

    async def _run(self) -> NoReturn:
        await asyncio.to_thread(self._remember)
        while True:
            try:
                await self._deliver_from(self._spool.reader(self._cursor.next_seq))
            except Exception as error:  # noqa: BLE001 - whatever it was, the loop must live and try again
                self._report_failure(error)
                retry_after_s = error.retry_after_s if isinstance(error, RetryableError) else None
                await asyncio.sleep(self._backoff.failed(retry_after_s=retry_after_s))

    def _remember(self) -> None:
        try:
            self._translator.remember(delivered_last(self._spool, self._cursor.next_seq))
        except Exception as error:  # noqa: BLE001 - it is of help only, and must not hold up delivery
            logger.warning("%s: cannot read what was delivered last (%s)", self._name, type(error).__name__)

    async def _deliver_from(self, reader: Reader) -> NoReturn:
        while True:
            self._more.clear()
            chunk = await asyncio.to_thread(reader.read)
            if chunk.records:
                await self._deliver(await asyncio.to_thread(self._translate, chunk.records), chunk.next_seq)
                self._report_success()
            else:
                await self._advance(chunk.next_seq)
                await self._more.wait()

    def _translate(self, records: Sequence[Record]) -> list[_Translated]:
        return [_Translated(record=record, writes=self._writes(record)) for record in records]

    def _writes(self, record: Record) -> Sequence[RowWrite]:
        try:
            translated = self._translator.translate(record)
            writes = self._router.route(record.routing, translated.writes)
        except RetryableError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one record must not stop the others
            self._bury(record, f"{type(error).__name__}: {error}")
            return []
        if translated.fault:
            self._bury(record, translated.fault)
        return writes

    async def _deliver(self, translated: Sequence[_Translated], next_seq: int) -> None:
        writes = [write for each in translated for write in each.writes]
        try:
            await self._send(Batch(writes=writes, next_seq=next_seq))
        except PermanentError as error:
            await self._deliver_apart(translated, next_seq, error)
            return
        self._counters.add(f"{self._name}_rows", len(writes))
        await self._advance(next_seq)

    async def _deliver_apart(
        self, translated: Sequence[_Translated], next_seq: int, error: PermanentError
    ) -> None:
        """Halve a batch that never passes until the record at fault stands alone, and bury that one."""
        if len(translated) > 1:
            middle = len(translated) // 2
            await self._deliver(translated[:middle], translated[middle].record.seq)
            await self._deliver(translated[middle:], next_seq)
            return
        for each in translated:
            await asyncio.to_thread(self._bury, each.record, str(error))
        await self._send(Batch(writes=[], next_seq=next_seq))
        await self._advance(next_seq)

    async def _send(self, batch: Batch) -> None:
        try:
            await self._sink.send(batch)
        except (PermanentError, RetryableError, OSError):
            raise
        except Exception as error:
            # A bug that only some rows meet; retrying for ever would hold up all others.
            raise PermanentError(f"{type(error).__name__}: {error}") from error

    async def _advance(self, next_seq: int) -> None:
        await asyncio.to_thread(self._cursor.advance, next_seq)
        self._buried = {seq for seq in self._buried if seq >= next_seq}
        async with self._moved:
            self._moved.notify_all()

    def _bury(self, record: Record, reason: str) -> None:
        if record.seq not in self._buried:  # a batch that is tried again meets its faults again
            self._dead_letters.bury(record, reason)
            self._buried.add(record.seq)
            self._counters.add(f"{self._name}_buried")

    def _report_failure(self, error: Exception) -> None:
        if not self._failing:
            logger.warning(
                "%s: cannot deliver (%s: %s); trying again until it can",
                self._name,
                type(error).__name__,
                error,
            )
        self._failing = True

    def _report_success(self) -> None:
        if self._failing:
            logger.info("%s: delivers again", self._name)
        self._failing = False
        self._backoff.succeeded()
