"""Delivery: bring the records of the spool to one destination, in order, until it has them all.

Each destination has a loop and a cursor of its own, so that a dead one holds up no other. A record is prepared once; what
may pass later is sent again until it does, what never passes is buried, and the rest goes on.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Final, Generic, NoReturn, TypeVar

from otel_bridge_collector.deliver.ahead import Ahead, Readied
from otel_bridge_collector.deliver.dead_letter import DeadLetters
from otel_bridge_collector.deliver.destination import Destination, State, Status
from otel_bridge_collector.deliver.guarded import send_guarded
from otel_bridge_collector.deliver.part import is_whole, named, without
from otel_bridge_collector.deliver.preparation import Preparation, Prepared, prepare_guarded, prepare_onto
from otel_bridge_collector.deliver.recall import delivered_last
from otel_bridge_collector.deliver.replay import Replay, Replays
from otel_bridge_collector.deliver.tally import Tally, refused_of
from otel_bridge_collector.errors import PermanentError, RefusedError, RetryableError, UnwritableError
from otel_bridge_collector.sinks.base import Batch
from otel_bridge_collector.spool.reader import Reader
from otel_bridge_collector.spool.record import Record
from otel_bridge_collector.spool.spool import Spool
from otel_bridge_collector.telemetry import Counters

logger = logging.getLogger(__name__)

T = TypeVar("T")
_R = TypeVar("_R")
_ERROR_CHARACTERS: Final = 500
_REVIVED_AT_ONCE: Final = 500
"""Dead letters that are taken out together, since the file is written anew for it; a process that is killed before sends them again."""


class Delivery(Generic[T]):
    """The loop of one destination; belongs to one event loop."""

    def __init__(self, spool: Spool, destination: Destination[T], counters: Counters) -> None:
        self.name = destination.name
        self._spool = spool
        self._destination = destination
        self._sink = destination.sink
        self._cursor = destination.cursor
        self._tally = Tally(counters, destination.name, destination.items)
        self._backoff = destination.backoff
        self._preparation = destination.new_preparation()
        self._ahead: Ahead[T] = Ahead(partial(self._timed, self._preparation))
        self._reader: Reader | None = None
        self._replays = Replays(destination.replay_file)
        self._lying: Collection[int] = ()
        self._last_error = ""
        self._retry_at = 0.0
        self._oldest_ns: int | None = None
        self._sent = 0
        self._more = asyncio.Event()
        self._moved = asyncio.Condition()
        self._running: asyncio.Task[None] | None = None
        self._forget_listener: Callable[[], None] | None = None

    def start(self) -> None:
        """Begin to deliver, in a task of the running event loop."""
        loop = asyncio.get_running_loop()
        self._forget_listener = self._spool.on_append(lambda: loop.call_soon_threadsafe(self._more.set))
        self._running = asyncio.create_task(self._run())

    async def stop(self, *, drain_s: float) -> None:
        """Deliver what is there, as far as the time allows, then end; the spool keeps the rest."""
        running, self._running = self._running, None
        if running is None or self._forget_listener is None:
            return
        if not await self.reached(self._spool.end_seq, timeout_s=drain_s):
            logger.warning("%s: stopped before all was delivered; it goes on at the next start", self.name)
        self._forget_listener()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await self._ahead.end()
        if self._destination.close:
            await self._destination.close()

    async def reached(self, seq: int, *, timeout_s: float) -> bool:
        """Wait until the destination has every record below `seq`; tell whether it has."""
        try:
            async with asyncio.timeout(timeout_s), self._moved:
                await self._moved.wait_for(lambda: self._cursor.next_seq >= seq)
        except TimeoutError:
            return False
        return True

    @property
    def is_alive(self) -> bool:
        """Whether it delivers, or waits for what there is to deliver."""
        return self._running is not None and not self._running.done()

    @property
    def dead_letters(self) -> DeadLetters:
        """What the destination will never take."""
        return self._destination.dead_letters

    @property
    def next_seq(self) -> int:
        """The number of the first record that the destination does not have."""
        return self._cursor.next_seq

    def status(self) -> Status:
        """Return how far the destination is."""
        waiting = max(self._spool.end_seq - max(self._cursor.next_seq, 1), 0)  # numbers begin at 1
        oldest_ns = self._oldest_ns if waiting else None
        return Status(
            name=self.name,
            state=self._state(),
            next_seq=self._cursor.next_seq,
            waiting_records=waiting,
            waiting_bytes=self._spool.bytes_from(self._cursor.next_seq) if waiting else 0,
            lag_s=max(time.time() - oldest_ns / 1e9, 0.0) if oldest_ns is not None else 0.0,
            sent=self._sent,
            buried=self._destination.dead_letters.buried,
            last_error=self._last_error,
            retry_in_s=max(self._retry_at - time.monotonic(), 0.0) if self._last_error else 0.0,
        )

    def replay(self, replay: Replay) -> None:
        """Send again what a replay says, between what comes anew.

        Raises:
            ReplayError: another one is running.
            OSError: it cannot be noted down.
        """
        self._replays.begin(replay)
        self._more.set()

    @property
    def last_replay(self) -> Replay | None:
        """The replay that runs, or the last one since the start; None when there was none."""
        return self._replays.last

    def _state(self) -> State:
        if not self._last_error:
            return "delivering"
        return "down" if self._backoff.is_open else "retrying"

    async def _run(self) -> NoReturn:
        await asyncio.to_thread(self._remember)
        while True:
            self._more.clear()
            if replay := self._replays.waiting():
                await self._run_replay(replay)
            readied = await self._trying(self._next)
            if readied.chunk.records:
                await self._deliver_chunk(readied)
            else:
                await self._advance(readied.chunk.next_seq)
                await self._more.wait()

    def _remember(self) -> None:
        try:
            self._preparation.remember(delivered_last(self._spool, self._cursor.next_seq))
        except Exception as error:  # noqa: BLE001 - it is of help only, and must not hold up delivery
            logger.warning("%s: cannot read what was delivered last (%s)", self.name, type(error).__name__)

    async def _next(self) -> Readied[T]:
        reader = self._reader or self._spool.reader(self._cursor.next_seq)
        self._reader = None  # one that failed has passed records that nobody got
        readied = await self._ahead.take(reader.read)
        self._reader = reader
        return readied

    async def _deliver_chunk(self, readied: Readied[T]) -> None:
        chunk = readied.chunk
        self._oldest_ns = chunk.records[0].routing.received_ns
        prepared = await self._prepared(self._preparation, chunk.records, readied.done)
        # Where less waits than was read, the next chunk is better read later: it will hold more.
        if self._reader and self._spool.end_seq - chunk.next_seq >= len(chunk.records):
            self._ahead.begin(self._reader.read)
        await self._deliver(prepared, chunk.next_seq)
        self._oldest_ns = None

    async def _prepared(
        self,
        preparation: Preparation[T],
        records: Sequence[Record],
        done: Sequence[tuple[Record, Prepared[T]]] = (),
    ) -> list[tuple[Record, Prepared[T]]]:
        """Prepare the records that are not done, each once: what was prepared before a failure is not prepared again."""
        all_done = list(done)

        prepare = partial(prepare_onto, all_done, records, partial(self._timed, preparation))
        await self._trying(lambda: asyncio.to_thread(prepare))
        for record, each in all_done:
            for fault in each.faults:
                await self._bury(record, fault, each.lost)
                self._tally.not_translated()
        return all_done

    def _timed(self, preparation: Preparation[T], record: Record) -> Prepared[T]:
        start_s = time.perf_counter()
        prepared = prepare_guarded(preparation, record)
        self._tally.translated(time.perf_counter() - start_s)
        return prepared

    async def _deliver(self, prepared: Sequence[tuple[Record, Prepared[T]]], next_seq: int) -> None:
        while prepared:
            # While it is down, the smallest part asks whether it is back.
            part = prepared[:1] if self._backoff.is_open else prepared
            rest = prepared[len(part) :]
            seq = rest[0][0].seq if rest else next_seq
            try:
                await self._send(part, seq)
            except UnwritableError as error:
                await self._bury_refused(part, error.reasons)
                prepared = [*without(part, error.reasons), *rest]
                continue
            except PermanentError as error:
                await self._deliver_apart(part, seq, error)
            except Exception as error:  # noqa: BLE001 - whatever it was, the loop must live and try again
                await self._wait_after(error)
                continue
            await self._advance(seq)
            prepared = rest

    async def _send(self, part: Sequence[tuple[Record, Prepared[T]]], seq: int) -> None:
        writes = [write for _, each in part for write in each.writes]
        refused: Mapping[int, str] = {}
        try:
            await send_guarded(lambda: self._sink.send(Batch(writes=writes, next_seq=seq)))
        except RefusedError as error:
            refused = error.reasons
            await self._bury_refused(part, refused)
        self._report_success()
        self._sent += len(writes)
        self._tally.sent(part, refused)

    async def _deliver_apart(
        self, part: Sequence[tuple[Record, Prepared[T]]], seq: int, error: PermanentError
    ) -> None:
        """Halve what never passes until the record at fault stands alone, and bury that one."""
        if len(part) > 1:
            middle = len(part) // 2
            await self._deliver(part[:middle], part[middle][0].seq)
            await self._deliver(part[middle:], seq)
            return
        await self._bury(part[0][0], str(error), None)
        self._tally.refused(part[0][0], part[0][1].writes)
        empty: Batch[T] = Batch(writes=[], next_seq=seq)
        await self._trying(lambda: self._sink.send(empty))

    async def _bury_refused(
        self, part: Sequence[tuple[Record, Prepared[T]]], refused: Mapping[int, str]
    ) -> None:
        start = 0
        for record, each in part:
            end = start + len(each.writes)
            reasons = {index - start: reason for index, reason in refused.items() if start <= index < end}
            if reasons:
                lost = sum(is_whole(each.writes[index]) for index in reasons)
                first = next(iter(reasons.values()))
                await self._bury(record, f"{len(reasons)} of {len(each.writes)} refused: {first}", lost)
                self._tally.refused(record, refused_of(start, each.writes, refused))
            start = end

    async def _bury(self, record: Record, reason: str, lost: int | None) -> None:
        """Bury a record of which `lost` spans are lost; None for all of them. One that is sent again may lie there already."""
        if record.seq in self._lying:
            return

        def bury() -> None:
            self._destination.dead_letters.bury(record, reason)
            # What is sent again is there already.
            if self._destination.losses and record.seq >= self._cursor.next_seq:
                all_of_it = sum(sender["spans"] for sender in record.routing.senders or ())
                self._destination.losses.bury(record, reason, all_of_it if lost is None else lost)

        await self._trying(lambda: asyncio.to_thread(bury))

    async def _advance(self, seq: int) -> None:
        await self._trying(lambda: asyncio.to_thread(self._cursor.advance, seq))
        async with self._moved:
            self._moved.notify_all()

    async def _run_replay(self, replay: Replay) -> None:
        preparation = self._destination.new_preparation()
        self._lying = await self._trying(lambda: asyncio.to_thread(set, self.dead_letters.numbers()))
        if replay.dead_letters:
            await self._send_dead_letters(replay, preparation)
        else:
            await self._send_again(replay, preparation)
        self._lying = ()
        await self._trying(lambda: asyncio.to_thread(self._replays.end, replay))
        logger.info("%s: replay done: %d records, %d rows", self.name, replay.records, replay.rows)

    async def _send_again(self, replay: Replay, preparation: Preparation[T]) -> None:
        reader = self._spool.reader(replay.next_seq)
        while replay.next_seq < replay.until_seq:
            chunk = await self._trying(lambda: asyncio.to_thread(reader.read))
            # Nothing of a canary was left in the store: it does not come back.
            records = [
                record
                for record in chunk.records
                if record.seq < replay.until_seq and not record.routing.is_canary
            ]
            for record, each in await self._prepared(preparation, records):
                replay.refuse(record.seq, each.faults)
                await self._send_once_more(replay, (record, each))
            if not chunk.records:
                break
            await self._trying(lambda: asyncio.to_thread(self._replays.advance, replay, chunk.next_seq))  # noqa: B023 - awaited here

    async def _send_dead_letters(self, replay: Replay, preparation: Preparation[T]) -> None:
        letters = self._destination.dead_letters.read()
        passed: set[int] = set()
        while letter := await asyncio.to_thread(next, letters, None):
            if letter.record.seq in passed:  # it lies there twice
                continue
            prepared = await self._prepared(preparation, [letter.record])
            replay.refuse(letter.record.seq, prepared[0][1].faults)
            if not prepared[0][1].faults and await self._send_once_more(replay, prepared[0]):
                passed.add(letter.record.seq)
            if len(passed) >= _REVIVED_AT_ONCE:
                await self._revive(passed)
                passed = set()
        await self._revive(passed)

    async def _revive(self, passed: Collection[int]) -> None:
        def revive() -> None:
            self._destination.dead_letters.remove(passed)
            if losses := self._destination.losses:
                for seq in passed:
                    losses.revive(seq)

        if passed:
            await self._trying(lambda: asyncio.to_thread(revive))

    async def _send_once_more(self, replay: Replay, prepared: tuple[Record, Prepared[T]]) -> bool:
        """Send what a record gives, but for what is refused; tell whether all of it passed."""
        record, each = prepared
        changed, refused = await self._sent_but_for(record, each.writes)
        if not refused or len(refused) < len(each.writes):
            replay.count(rows=len(each.writes) - len(refused), changed=changed)
        replay.refuse(record.seq, [f"{named(each.writes[at])}{why}" for at, why in refused.items()])
        if refused and not replay.dead_letters:
            await self._bury_refused([prepared], refused)
        return not refused

    async def _sent_but_for(
        self, record: Record, writes: Sequence[T]
    ) -> tuple[Mapping[str, int], dict[int, str]]:
        """Send a record's writes again; return which fields changed in how many rows, and what is refused, by index, with the reason."""
        send = self._destination.again or self._sent_anew
        refused: dict[int, str] = {}
        while True:
            left = [index for index in range(len(writes)) if index not in refused]
            batch = Batch(writes=[writes[index] for index in left], next_seq=record.seq + 1)
            try:
                return await self._trying(lambda: send_guarded(lambda: send(batch))), refused  # noqa: B023 - awaited here
            except (RefusedError, UnwritableError) as error:
                refused |= {left[index]: reason for index, reason in error.reasons.items()}
                if isinstance(error, RefusedError):
                    return {}, refused
            except PermanentError as error:
                return {}, refused | dict.fromkeys(left, str(error))

    async def _sent_anew(self, batch: Batch[T]) -> dict[str, int]:
        await self._sink.send(batch)
        return {}

    async def _trying(self, step: Callable[[], Awaitable[_R]]) -> _R:
        """Do a step until it succeeds; `PermanentError` passes through."""
        while True:
            try:
                result = await step()
            except PermanentError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it was, the loop must live and try again
                await self._wait_after(error)
            else:
                return result

    async def _wait_after(self, error: Exception) -> None:
        if not self._last_error:
            # The rest may hold the path of a URL, or an answer that repeats what was sent; `status` tells it to who has a key.
            logger.warning(
                "%s: cannot deliver (%s); trying again until it can; otel-bridge-collector status says why",
                self.name,
                type(error).__name__,
            )
        self._last_error = f"{type(error).__name__}: {error}"[:_ERROR_CHARACTERS]
        self._tally.failed()
        retry_after_s = error.retry_after_s if isinstance(error, RetryableError) else None
        wait_s = self._backoff.failed(retry_after_s=retry_after_s)
        self._retry_at = time.monotonic() + wait_s
        await asyncio.sleep(wait_s)

    def _report_success(self) -> None:
        if self._last_error:
            logger.info("%s: delivers again", self.name)
        self._last_error = ""
        self._backoff.succeeded()
