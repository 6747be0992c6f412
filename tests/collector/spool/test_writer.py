import asyncio
import threading
from collections.abc import Iterator, Sequence

import pytest

from otel_bridge_collector.errors import SpoolError
from otel_bridge_collector.spool.writer import GroupWriter, Kept, Waiting, settle
from tests.support.spool import ROUTING

ONE = Kept(seq=1, xact=7)
TWO = Kept(seq=2, xact=9)


class Groups:
    """Remembers the groups that it is given; the first waits until `go`."""

    def __init__(self) -> None:
        self.payloads: list[list[bytes]] = []
        self.busy = threading.Event()
        self.go = threading.Event()

    def commit(self, group: Sequence[Waiting]) -> None:
        self.busy.set()
        assert self.go.wait(timeout=10)
        self.payloads.append([waiting.payload for waiting in group])
        settle((waiting, ONE) for waiting in group)


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


def waiting_in(loop: asyncio.AbstractEventLoop, payload: bytes) -> Waiting:
    return Waiting(routing=ROUTING, payload=payload, done=loop.create_future())


def test_what_waits_meanwhile_is_written_together(loop: asyncio.AbstractEventLoop) -> None:
    groups = Groups()
    writer = GroupWriter(groups.commit, max_bytes=1_000)
    writer.start()

    writer.submit(waiting_in(loop, b"first"))
    assert groups.busy.wait(timeout=10)
    for payload in (b"a", b"b", b"c"):
        writer.submit(waiting_in(loop, payload))
    groups.go.set()

    assert writer.close(timeout_s=10)
    assert groups.payloads == [[b"first"], [b"a", b"b", b"c"]]


def test_what_was_cancelled_is_not_written(loop: asyncio.AbstractEventLoop) -> None:
    groups = Groups()
    writer = GroupWriter(groups.commit, max_bytes=1_000)
    gone = waiting_in(loop, b"gone")
    gone.done.cancel()
    groups.go.set()

    writer.submit(gone)
    writer.submit(waiting_in(loop, b"there"))
    writer.start()

    assert writer.close(timeout_s=10)
    assert groups.payloads == [[b"there"]]


def test_closing_tells_when_the_writer_does_not_stop_in_time(loop: asyncio.AbstractEventLoop) -> None:
    groups = Groups()
    writer = GroupWriter(groups.commit, max_bytes=1_000)
    writer.start()
    writer.submit(waiting_in(loop, b"slow"))

    assert not writer.close(timeout_s=0.01)
    groups.go.set()
    assert writer.close(timeout_s=10)


def test_each_event_loop_gets_its_own_results() -> None:
    loops = [asyncio.new_event_loop() for _ in range(2)]
    first, second, third = (waiting_in(loops[number], b"x") for number in (0, 1, 0))

    settle([(first, ONE), (second, TWO), (third, SpoolError("full"))])

    assert loops[0].run_until_complete(first.done) == ONE
    assert loops[1].run_until_complete(second.done) == TWO
    with pytest.raises(SpoolError, match="full"):
        loops[0].run_until_complete(third.done)
    for loop in loops:
        loop.close()


def test_results_of_a_loop_that_is_gone_are_dropped(loop: asyncio.AbstractEventLoop) -> None:
    gone = asyncio.new_event_loop()
    left, there = waiting_in(gone, b"x"), waiting_in(loop, b"x")
    gone.close()

    settle([(left, ONE), (there, TWO)])

    assert loop.run_until_complete(there.done) == TWO


def test_a_sender_that_left_meanwhile_disturbs_nobody(loop: asyncio.AbstractEventLoop) -> None:
    left, there = waiting_in(loop, b"x"), waiting_in(loop, b"x")
    left.done.cancel()

    settle([(left, ONE), (there, TWO)])

    assert loop.run_until_complete(there.done) == TWO
