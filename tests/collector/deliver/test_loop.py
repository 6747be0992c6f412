"""From the spool to a destination."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from otel_bridge_collector.decode.sender import Sender
from otel_bridge_collector.deliver.backoff import Backoff
from otel_bridge_collector.deliver.dead_letter import DeadLetters
from otel_bridge_collector.deliver.destination import Destination, Status
from otel_bridge_collector.deliver.loop import Delivery
from otel_bridge_collector.deliver.preparation import Prepared
from otel_bridge_collector.deliver.replay import Replay, Replays
from otel_bridge_collector.deliver.route import Router
from otel_bridge_collector.deliver.routed_rows import RoutedRows
from otel_bridge_collector.errors import PermanentError, RefusedError, RetryableError, UnwritableError
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.sinks.base import Batch
from otel_bridge_collector.spool.cursor import Cursor
from otel_bridge_collector.spool.limits import SpoolLimits
from otel_bridge_collector.spool.record import Record, Routing
from otel_bridge_collector.spool.spool import Spool
from otel_bridge_collector.store.objects import Objects
from otel_bridge_collector.store.xact import XactClock
from otel_bridge_collector.telemetry import Counters
from tests.support.otlp_receiver import wait_until
from tests.support.otlp_request import log_record, logs, span, traces
from tests.support.sinks import MemorySink
from tests.support.spool import read_all

ROUTING = Routing(signal="traces", parent="project_id:p-1", received_ns=0)
LOG_ROUTING = Routing(signal="logs", parent="project_id:p-1", received_ns=0)


class NotedLosses:
    """Remembers what it is told was lost."""

    def __init__(self) -> None:
        self.lost: dict[int, int] = {}

    def bury(self, record: Record, reason: str, spans: int) -> None:
        assert reason
        self.lost[record.seq] = spans

    def revive(self, seq: int) -> None:
        del self.lost[seq]


class NotedRows(RoutedRows):
    """Remembers which records it prepared."""

    def __init__(self, router: Router, prepared: list[int]) -> None:
        super().__init__(router)
        self._prepared = prepared

    def prepare(self, record: Record) -> Prepared[RowWrite]:
        prepared = super().prepare(record)
        self._prepared.append(record.seq)
        return prepared


class Stage:
    """A spool, a delivery to `sink` and what lies between them.

    Attributes:
        prepared: the `seq` of each record that was prepared.
    """

    def __init__(self, folder: Path, sink: MemorySink, backoff: Backoff, limits: SpoolLimits) -> None:
        self.folder = folder
        self.losses = NotedLosses()
        self.prepared: list[int] = []
        (folder / "spool").mkdir(exist_ok=True)
        self.spool = Spool(folder / "spool", limits=limits)
        self.objects = Objects(folder / "objects.sqlite")
        self.cursor = Cursor(folder / "cursor")
        router = Router(self.objects, default_parent="project_id:default")
        destination = Destination(
            name="test",
            sink=sink,
            cursor=self.cursor,
            dead_letters=DeadLetters(folder / "dead.jsonl"),
            new_preparation=lambda: NotedRows(router, self.prepared),
            replay_file=folder / "replay",
            backoff=backoff,
            losses=self.losses,
        )
        self.counters = Counters()
        self.delivery = Delivery(self.spool, destination, self.counters)

    async def append(self, *names: str) -> None:
        for number, name in enumerate(names, 1):
            await self.spool.append(ROUTING, traces(span(number, name=name)).SerializeToString())

    async def delivered(self) -> bool:
        return await self.delivery.reached(self.spool.end_seq, timeout_s=20)

    def buried(self) -> list[dict[str, object]]:
        file = self.folder / "dead.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


@asynccontextmanager
async def stage(
    folder: Path, sink: MemorySink, *, backoff: Backoff | None = None, limits: SpoolLimits | None = None
) -> AsyncIterator[Stage]:
    made = Stage(folder, sink, backoff or Backoff(), limits or SpoolLimits())
    made.spool.start(XactClock(made.spool.last_xact).next)
    yield made
    await made.delivery.stop(drain_s=20)
    made.spool.close(timeout_s=10)
    made.objects.close()


def deliver(folder: Path, sink: MemorySink, *names: str) -> Stage:
    """Append spans with these names and wait until they are delivered."""

    async def run() -> Stage:
        async with stage(folder, sink) as made:
            await made.append(*names)
            made.delivery.start()
            assert await made.delivered()
        return made

    return asyncio.run(run())


def refuse(name: str, error: Exception) -> Callable[[Batch[RowWrite]], None]:
    """Raise `error` for every batch with a row of a span of this name."""

    def fault(batch: Batch[RowWrite]) -> None:
        if any((write.row.get("span_attributes") or {}).get("name") == name for write in batch.writes):
            raise error

    return fault


def test_spans_arrive_as_routed_rows_in_order(tmp_path: Path) -> None:
    sink = MemorySink()

    spool = deliver(tmp_path, sink, "a", "b", "c").spool

    assert sink.names() == ["a", "b", "c"]
    row = sink.writes[0].row
    xact = read_all(spool.reader(0))[0].routing.xact
    assert (row["project_id"], row["id"], row["_xact_id"]) == ("p-1", "0" * 15 + "1", str(xact))


def test_log_records_arrive_as_rows(tmp_path: Path) -> None:
    sink = MemorySink()

    async def run() -> None:
        async with stage(tmp_path, sink) as made:
            await made.spool.append(LOG_ROUTING, logs(log_record("hello")).SerializeToString())
            made.delivery.start()
            assert await made.delivered()

    asyncio.run(run())

    assert [write.row["output"] for write in sink.writes] == ["hello"]


def test_what_waits_is_sent_together(tmp_path: Path) -> None:
    sink = MemorySink()

    deliver(tmp_path, sink, *"abcdefgh")

    assert [batch.next_seq for batch in sink.batches] == [9]


def test_the_next_chunk_is_prepared_while_one_is_sent(tmp_path: Path) -> None:
    stages: list[Stage] = []
    prepared_meanwhile: list[int] = []

    def wait_for_more(batch: Batch[RowWrite]) -> None:
        """The event loop stands still here: only a thread can prepare another record."""
        if batch.next_seq == 2:
            wait_until(lambda: 2 in stages[0].prepared)
            prepared_meanwhile.append(batch.next_seq)

    async def run() -> None:
        sink = MemorySink(wait_for_more)
        async with stage(tmp_path, sink, limits=SpoolLimits(chunk_bytes=1)) as made:
            stages.append(made)
            await made.append("a", "b", "c")
            made.delivery.start()
            assert await made.delivered()

    asyncio.run(run())

    assert prepared_meanwhile == [2]


def test_what_comes_later_is_delivered_too(tmp_path: Path) -> None:
    sink = MemorySink()

    async def run() -> None:
        async with stage(tmp_path, sink) as made:
            made.delivery.start()
            for name in "abc":
                await made.append(name)
                assert await made.delivered()

    asyncio.run(run())

    assert sink.names() == ["a", "b", "c"]


def test_a_new_process_goes_on_where_the_last_one_stopped(tmp_path: Path) -> None:
    first, second = MemorySink(), MemorySink()

    deliver(tmp_path, first, "a")
    deliver(tmp_path, second, "b")

    assert (first.names(), second.names()) == (["a"], ["b"])


def test_a_failure_that_passes_loses_and_repeats_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tries: list[int] = []

    def fail_twice(batch: Batch[RowWrite]) -> None:
        tries.append(batch.next_seq)
        if len(tries) < 3:
            raise RetryableError("no route to the store", retry_after_s=0.01)

    sink = MemorySink(fail_twice)
    caplog.set_level("INFO")

    made = deliver(tmp_path, sink, "a", "b")

    assert sink.names() == ["a", "b"]
    assert made.buried() == []
    assert caplog.messages == [
        "test: cannot deliver (RetryableError); trying again until it can; otel-bridge-collector status says why",
        "test: delivers again",
    ]


@pytest.mark.parametrize(
    "error", [pytest.param(PermanentError("never"), id="said"), pytest.param(KeyError("bug"), id="a bug")]
)
def test_a_record_that_never_passes_is_buried_and_the_others_are_delivered(
    tmp_path: Path, error: Exception
) -> None:
    sink = MemorySink(refuse("poison", error))

    made = deliver(tmp_path, sink, "a", "b", "poison", "c", "d")

    assert sink.names() == ["a", "b", "c", "d"]
    assert [letter["seq"] for letter in made.buried()] == [3]
    assert made.cursor.next_seq == 6


def test_the_places_of_a_batch_in_parts_only_grow(tmp_path: Path) -> None:
    sink = MemorySink(refuse("poison", PermanentError("never")))

    deliver(tmp_path, sink, "a", "poison", "c", "d", "e")

    places = [batch.next_seq for batch in sink.batches]
    assert places == sorted(set(places))
    assert places[-1] == 6


def test_a_payload_that_cannot_be_read_is_buried(tmp_path: Path) -> None:
    sink = MemorySink()

    async def run() -> Stage:
        async with stage(tmp_path, sink) as made:
            await made.append("a")
            await made.spool.append(ROUTING, b"not a request")
            await made.append("b")
            made.delivery.start()
            assert await made.delivered()
        return made

    made = asyncio.run(run())

    assert sink.names() == ["a", "b"]
    (letter,) = made.buried()
    assert (letter["seq"], str(letter["reason"])[:18]) == (2, "MalformedBodyError")


def test_a_record_that_cannot_be_read_is_buried_once_however_often_its_batch_is_tried(tmp_path: Path) -> None:
    tries: list[int] = []

    def fail_twice(batch: Batch[RowWrite]) -> None:
        tries.append(batch.next_seq)
        if len(tries) < 3:
            raise RetryableError("not now", retry_after_s=0.01)

    async def run() -> Stage:
        async with stage(tmp_path, MemorySink(fail_twice)) as made:
            await made.spool.append(ROUTING, b"not a request")
            await made.append("a")
            made.delivery.start()
            assert await made.delivered()
        return made

    assert [letter["seq"] for letter in asyncio.run(run()).buried()] == [1]


def test_a_place_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    sink = MemorySink()

    async def run() -> None:
        async with stage(tmp_path, sink) as made:
            blocker = tmp_path / "cursor.new"
            blocker.mkdir()
            await made.append("a")
            made.delivery.start()
            assert await made.delivered()
            blocker.rmdir()
            await made.append("b")
            assert await made.delivered()

    asyncio.run(run())

    assert sink.names() == ["a", "b"]
    assert Cursor(tmp_path / "cursor").next_seq == 3


def test_waiting_for_what_cannot_be_delivered_ends(tmp_path: Path) -> None:
    sink = MemorySink(refuse("a", RetryableError("never up")))

    async def run() -> tuple[bool, bool]:
        async with stage(tmp_path, sink) as made:
            await made.append("a")
            made.delivery.start()
            reached = await made.delivery.reached(made.spool.end_seq, timeout_s=0.05)
            await made.delivery.stop(drain_s=0.05)
        return reached, bool(sink.names())

    assert asyncio.run(run()) == (False, False)


def test_stopping_delivers_what_is_there(tmp_path: Path) -> None:
    sink = MemorySink()

    async def run() -> None:
        async with stage(tmp_path, sink) as made:
            await made.append("a", "b")
            made.delivery.start()

    asyncio.run(run())

    assert sink.names() == ["a", "b"]


def test_a_delivery_that_never_started_stops(tmp_path: Path) -> None:
    async def run() -> None:
        async with stage(tmp_path, MemorySink()):
            pass

    asyncio.run(run())


def test_what_a_destination_refused_of_a_batch_is_buried_and_the_rest_is_not_sent_again(
    tmp_path: Path,
) -> None:
    def refuse_second(batch: Batch[RowWrite]) -> None:
        sink.batches.append(batch)
        raise RefusedError({1: "no such field"})

    sink = MemorySink(refuse_second)

    made = deliver(tmp_path, sink, "a", "b", "c")

    assert [(letter["seq"], letter["reason"]) for letter in made.buried()] == [
        (2, "1 of 1 refused: no such field")
    ]
    assert len(sink.batches) == 1


def test_a_row_that_cannot_be_written_costs_no_other_of_its_record(tmp_path: Path) -> None:
    def refuse_poison(batch: Batch[RowWrite]) -> None:
        names = [(write.row.get("span_attributes") or {}).get("name") for write in batch.writes]
        if "poison" in names:
            raise UnwritableError({names.index("poison"): "too large"})

    sink = MemorySink(refuse_poison)

    async def run() -> Stage:
        async with stage(tmp_path, sink) as made:
            spans = [span(number, name=name) for number, name in enumerate(("a", "poison", "b"), 1)]
            await made.spool.append(ROUTING, traces(*spans).SerializeToString())
            await made.append("c")
            made.delivery.start()
            assert await made.delivered()
        return made

    made = asyncio.run(run())

    assert sink.names() == ["a", "b", "c"]
    assert made.losses.lost == {1: 1}
    assert [(letter["seq"], letter["reason"]) for letter in made.buried()] == [
        (1, "1 of 3 refused: too large")
    ]


def test_a_destination_that_is_down_is_asked_with_one_request_and_then_gets_the_rest(tmp_path: Path) -> None:
    sizes: list[int] = []

    def fail_at_first(batch: Batch[RowWrite]) -> None:
        sizes.append(len(batch.writes))
        if len(sizes) < 4:
            raise RetryableError("down")

    async def run() -> Stage:
        async with stage(
            tmp_path, MemorySink(fail_at_first), backoff=Backoff(first_s=0.01, open_after=2)
        ) as made:
            await made.append("a", "b", "c")
            made.delivery.start()
            assert await made.delivered()
        return made

    asyncio.run(run())

    assert sizes == [3, 3, 1, 1, 2]


def test_the_status_tells_what_waits_and_why(tmp_path: Path) -> None:
    def fail(_: Batch[RowWrite]) -> None:
        raise RetryableError("answered 503", retry_after_s=5)

    async def run() -> tuple[Status, Status]:
        async with stage(tmp_path, MemorySink(fail)) as made:
            before = made.delivery.status()
            await made.append("a", "b")
            made.delivery.start()
            async with asyncio.timeout(20):
                while made.delivery.status().state == "delivering":  # noqa: ASYNC110 - a state sets no event
                    await asyncio.sleep(0.01)
            after = made.delivery.status()
            await made.delivery.stop(drain_s=0)
            return before, after

    before, after = asyncio.run(run())

    assert (before.state, before.waiting_records, before.lag_s, before.last_error) == (
        "delivering",
        0,
        0.0,
        "",
    )
    assert (after.state, after.waiting_records, after.waiting_bytes > 0, after.lag_s > 0) == (
        "retrying",
        2,
        True,
        True,
    )
    assert after.last_error == "RetryableError: answered 503"
    assert 4 < after.retry_in_s <= 5


def test_a_replay_that_a_restart_cut_short_goes_on(tmp_path: Path) -> None:
    deliver(tmp_path, MemorySink(), "a", "b", "c")
    Replays(tmp_path / "replay").begin(Replay(next_seq=2, until_seq=4))
    sink = MemorySink()

    async def run() -> Replay | None:
        async with stage(tmp_path, sink) as made:
            made.delivery.start()
            async with asyncio.timeout(20):
                while (last := made.delivery.last_replay) and not last.is_done:  # noqa: ASYNC110 - it sets no event
                    await asyncio.sleep(0.01)
            return last

    replay = asyncio.run(run())

    assert sink.names() == ["b", "c"]
    assert replay is not None
    assert (replay.records, replay.rows) == (2, 2)


def test_a_replay_sends_the_rest_of_a_record_and_tells_which_row_is_not_taken(tmp_path: Path) -> None:
    def refuse_poison(batch: Batch[RowWrite]) -> None:
        names = [(write.row.get("span_attributes") or {}).get("name") for write in batch.writes]
        if "poison" in names:
            raise UnwritableError({names.index("poison"): "too large"})

    sink = MemorySink()

    async def run() -> tuple[Stage, Replay]:
        async with stage(tmp_path, sink) as made:
            spans = [span(number, name=name) for number, name in enumerate(("a", "poison", "b"), 1)]
            await made.spool.append(ROUTING, traces(*spans).SerializeToString())
            await made.append("c")
            made.delivery.start()
            assert await made.delivered()
            sink.fault = refuse_poison
            replay = Replay(next_seq=1, until_seq=3)
            made.delivery.replay(replay)
            async with asyncio.timeout(20):
                while not replay.is_done:  # noqa: ASYNC110 - nothing tells of its end
                    await asyncio.sleep(0.001)
            return made, replay

    made, replay = asyncio.run(run())

    assert sink.names() == ["a", "poison", "b", "c", "a", "b", "c"]
    assert (replay.records, replay.rows, replay.refused) == (2, 3, 1)
    assert [fault.split(": ")[0::2] for fault in replay.faults] == [["request 1", "too large"]]
    assert replay.faults[0].split(": ")[1].startswith("row ")
    assert [letter["reason"] for letter in made.buried()] == ["1 of 3 refused: too large"]


async def replayed(made: Stage, replay: Replay) -> Replay:
    """Do a replay, until its end."""
    made.delivery.replay(replay)
    async with asyncio.timeout(20):
        while not replay.is_done:  # noqa: ASYNC110 - nothing tells of its end
            await asyncio.sleep(0.001)
    return replay


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(b"no request of OTLP", id="of-which-nothing-can-be-made"),
        pytest.param(traces(span(1, name="bad")).SerializeToString(), id="that-is-refused"),
    ],
)
def test_a_record_that_is_sent_again_and_again_lies_among_the_dead_letters_once(
    tmp_path: Path, payload: bytes
) -> None:
    async def run() -> tuple[list[dict[str, object]], list[int]]:
        sink = MemorySink(refuse("bad", PermanentError("no such project")))
        async with stage(tmp_path, sink) as made:
            await made.spool.append(ROUTING, payload)
            made.delivery.start()
            assert await made.delivered()
            replays = [Replay(dead_letters=True), Replay(next_seq=1, until_seq=2), Replay(dead_letters=True)]
            return made.buried(), [(await replayed(made, replay)).refused for replay in replays]

    buried, refused = asyncio.run(run())

    assert refused == [1, 1, 1]
    assert len(buried) == 1
    assert len((tmp_path / "dead.jsonl").read_text().splitlines()) == 1


def test_letters_that_pass_are_taken_out_and_the_others_stay(tmp_path: Path) -> None:
    error = PermanentError("no such project")

    async def run() -> tuple[Replay, list[object], list[object]]:
        sink = MemorySink(refuse("bad", error))
        async with stage(tmp_path, sink) as made:
            await made.append("bad", "good", "bad")
            made.delivery.start()
            assert await made.delivered()
            sink.fault = refuse("worse", error)
            await made.append("worse")
            assert await made.delivered()
            before = [letter["seq"] for letter in made.buried()]
            replay = await replayed(made, Replay(dead_letters=True))
            return replay, before, [letter["seq"] for letter in made.buried()]

    replay, before, after = asyncio.run(run())

    assert (before, after) == ([1, 3, 4], [4])
    assert (replay.rows, replay.refused) == (2, 1)


def test_a_record_that_is_buried_counts_as_lost_until_it_passes(tmp_path: Path) -> None:
    async def run() -> list[dict[int, int]]:
        sink = MemorySink(refuse("bad", PermanentError("no such project")))
        sender = Sender(service="", instance="", sdk="", spans=2, newest_end_ns=0, dropped_attributes=0)
        async with stage(tmp_path, sink) as made:
            spans = traces(span(1, name="bad"), span(2)).SerializeToString()
            await made.spool.append(replace(ROUTING, senders=[sender]), spans)
            made.delivery.start()
            assert await made.delivered()
            seen = [dict(made.losses.lost)]
            sink.fault = None
            replay = Replay(dead_letters=True)
            made.delivery.replay(replay)
            while not replay.is_done:  # noqa: ASYNC110 - nothing tells of its end
                await asyncio.sleep(0.001)
            return [*seen, made.losses.lost]

    assert asyncio.run(run()) == [{1: 2}, {}]
