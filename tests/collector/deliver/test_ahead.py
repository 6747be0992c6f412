"""The next records, prepared while those before are sent."""

import asyncio
import threading
from collections.abc import Callable

import pytest

from otel_bridge_collector.deliver.ahead import Ahead, Readied
from otel_bridge_collector.deliver.preparation import Prepared
from otel_bridge_collector.errors import RetryableError
from otel_bridge_collector.spool.reader import Chunk
from otel_bridge_collector.spool.record import Record, Routing

ROUTING = Routing(signal="traces", parent="project_id:p-1", xact=1000197156530614077, received_ns=0)
CHUNK = Chunk(records=[Record(seq=seq, routing=ROUTING, payload=b"") for seq in (1, 2, 3)], next_seq=4)

EMPTY = Chunk(records=[], next_seq=1)


def prepared(record: Record) -> Prepared[int]:
    return Prepared(writes=[record.seq])


def unread() -> Chunk:
    raise AssertionError("it was read already")


def taken(prepare: Callable[[Record], Prepared[int]], read: Callable[[], Chunk]) -> Readied[int]:
    async def run() -> Readied[int]:
        ahead = Ahead(prepare)
        ahead.begin(read)
        return await ahead.take(unread)

    return asyncio.run(run())


def test_a_chunk_is_read_and_prepared_in_order() -> None:
    readied = taken(prepared, lambda: CHUNK)

    assert [(record.seq, each.writes) for record, each in readied.done] == [(1, [1]), (2, [2]), (3, [3])]


def test_what_cannot_be_prepared_now_and_what_follows_it_is_left_undone() -> None:
    def prepare(record: Record) -> Prepared[int]:
        if record.seq == 2:
            raise RetryableError("not now")
        return prepared(record)

    readied = taken(prepare, lambda: CHUNK)

    assert [record.seq for record, _ in readied.done] == [1]


def test_a_spool_that_cannot_be_read_is_told_to_who_takes() -> None:
    def read() -> Chunk:
        raise OSError("no such disk")

    with pytest.raises(OSError, match="no such disk"):
        taken(prepared, read)


def test_it_reads_when_it_was_not_told_to_look_ahead() -> None:
    assert asyncio.run(Ahead(prepared).take(lambda: CHUNK)) == Readied(CHUNK, [])


def test_it_reads_again_when_nothing_had_come() -> None:
    async def run() -> Readied[int]:
        ahead = Ahead(prepared)
        ahead.begin(lambda: EMPTY)
        return await ahead.take(lambda: CHUNK)

    assert asyncio.run(run()) == Readied(CHUNK, [])


def test_it_looks_ahead_on_a_thread_while_others_go_on() -> None:
    may_read = threading.Event()

    def read() -> Chunk:
        may_read.wait(20)
        return CHUNK

    async def run() -> Readied[int]:
        ahead = Ahead(prepared)
        ahead.begin(read)
        await asyncio.sleep(0)
        may_read.set()  # not reached, were it read on this thread
        return await ahead.take(unread)

    assert asyncio.run(run()).chunk == CHUNK


def test_its_end_waits_for_the_thread() -> None:
    ended: list[int] = []

    def read() -> Chunk:
        ended.append(1)
        return CHUNK

    async def run() -> None:
        ahead = Ahead(prepared)
        ahead.begin(read)
        await ahead.end()

    asyncio.run(run())

    assert ended == [1]
