import threading
from collections.abc import Sequence

from otel_bridge_collector.spool.writer import GroupWriter, Waiting
from tests.support.spool import ROUTING


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
        for waiting in group:
            waiting.done.set_result(0)


def waiting(payload: bytes) -> Waiting:
    return Waiting(routing=ROUTING, payload=payload)


def test_what_waits_meanwhile_is_written_together() -> None:
    groups = Groups()
    writer = GroupWriter(groups.commit, max_bytes=1_000)
    writer.start()

    writer.submit(waiting(b"first"))
    assert groups.busy.wait(timeout=10)
    for payload in (b"a", b"b", b"c"):
        writer.submit(waiting(payload))
    groups.go.set()

    assert writer.close(timeout_s=10)
    assert groups.payloads == [[b"first"], [b"a", b"b", b"c"]]


def test_what_was_cancelled_is_not_written() -> None:
    groups = Groups()
    writer = GroupWriter(groups.commit, max_bytes=1_000)
    gone = waiting(b"gone")
    gone.done.cancel()
    groups.go.set()

    writer.submit(gone)
    writer.submit(waiting(b"there"))
    writer.start()

    assert writer.close(timeout_s=10)
    assert groups.payloads == [[b"there"]]


def test_closing_tells_when_the_writer_does_not_stop_in_time() -> None:
    groups = Groups()
    writer = GroupWriter(groups.commit, max_bytes=1_000)
    writer.start()
    writer.submit(waiting(b"slow"))

    assert not writer.close(timeout_s=0.01)
    groups.go.set()
    assert writer.close(timeout_s=10)
