"""The lane keeps and answers as Python does, and leaves to Python what is out of the ordinary."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from otel_bridge_collector.access import Scope, current_access
from otel_bridge_collector.metrics.catalog import ACCEPTED, REFUSED
from otel_bridge_collector.pipeline.masks import DoorMasks
from otel_bridge_collector.receive.lane import MAX_BYTES, THREADS
from otel_bridge_collector.spool.limits import SpoolLimits
from otel_bridge_collector.spool.record import Record
from tests.support.compiled import compiled_library
from tests.support.full_disk import full_disk
from tests.support.masking import rules_of
from tests.support.otlp_request import span, traces
from tests.support.receivers import Receivers, receiving
from tests.support.steady import SteadySender, steady_sender

COMPILED = compiled_library()
SOUND = traces(span(1), span(2)).SerializeToString()
BROKEN = traces(span(3), Span()).SerializeToString()
RECEIPT = "process=0123456789abcdef0123456789abcdef;pid=7;batch={};spans=2"
WAIT_S = 20.0


@pytest.fixture
def receivers(tmp_path: Path) -> Iterator[Receivers]:
    with receiving(tmp_path, max_body_bytes=4 * MAX_BYTES, compiled=COMPILED) as receivers:
        yield receivers


def in_lane(receivers: Receivers) -> int:
    assert receivers.lane
    return receivers.lane.requests


def until(is_so: Callable[[], bool]) -> None:
    end_s = time.monotonic() + WAIT_S
    while not is_so():
        assert time.monotonic() < end_s
        time.sleep(0.005)


def warm(receivers: Receivers, sender: SteadySender, body: bytes = SOUND) -> int:
    """Send until the lane keeps what is sent; return how many requests that took."""
    for number in range(1, 100):
        before = in_lane(receivers)
        assert sender.send(body) == 200
        if in_lane(receivers) > before:
            return number
    pytest.fail("the lane takes nothing")


def told(record: Record) -> object:
    """All that does not differ from one request to the next."""
    return record.payload, replace(record.routing, xact=0, received_ns=0)


def test_a_steady_sender_is_served_by_the_lane_as_by_python(receivers: Receivers) -> None:
    with steady_sender(receivers.http) as sender:
        answers = list[object]()
        for _ in range(20):
            sender.connection.sendall(sender.head(len(SOUND)) + SOUND)
            status, headers, body = sender.answer()
            answers.append((status, [*headers, headers["content-type"]], body))

    records = receivers.records()
    assert in_lane(receivers) == 18
    assert answers == [answers[0]] * 20
    assert [record.seq for record in records] == list(range(1, 21))
    assert [told(record) for record in records] == [told(records[0])] * 20
    assert receivers.counters.values(ACCEPTED["traces"]) == {("otlp", "http"): 40}
    assert receivers.counters.totals() == {ACCEPTED["traces"].name: 40}


def test_what_is_answered_is_there_at_once_and_transactions_grow(receivers: Receivers) -> None:
    reader = receivers.spool.reader(0)
    with steady_sender(receivers.http) as sender:
        for number in range(1, 60):
            sender.send(SOUND)
            assert receivers.spool.end_seq == number + 1
            assert [record.seq for record in reader.read().records] == [number]

    xacts = [record.routing.xact for record in receivers.records()]
    assert xacts == sorted(set(xacts))
    assert in_lane(receivers) > 50
    assert abs(receivers.records()[-1].routing.received_ns / 1e9 - time.time()) < 60


def test_listeners_hear_of_what_the_lane_keeps(receivers: Receivers) -> None:
    heard: list[int] = []
    with steady_sender(receivers.http) as sender:
        warm(receivers, sender)
        receivers.spool.on_append(lambda: heard.append(receivers.spool.end_seq))
        took: list[float] = []
        receivers.spool.on_sync(took.append)
        end_seq = receivers.spool.end_seq

        sender.send(SOUND)

        until(lambda: bool(heard) and heard[-1] == end_seq + 1)
        until(lambda: bool(took))
        assert 0 < took[0] < WAIT_S


def test_receipts_may_differ_and_are_noted(receivers: Receivers) -> None:
    with steady_sender(receivers.http) as sender:
        for number in range(1, 10):
            sender.connection.sendall(
                sender.head(len(SOUND), {"x-otel-bridge-receipt": RECEIPT.format(number)}) + SOUND
            )
            assert sender.answer()[1]["x-otel-bridge-receipts"] == "1"
        assert in_lane(receivers) == 7
        sender.send(SOUND, {"x-otel-bridge-receipt": "unreadable"})

    assert in_lane(receivers) == 7
    assert [record.routing.receipt for record in receivers.records()] == [
        *(RECEIPT.format(number) for number in range(1, 10)),
        None,
    ]


@pytest.mark.parametrize(
    ("body", "status", "kept"),
    [
        pytest.param(BROKEN, 200, 1, id="a broken span"),
        pytest.param(b"no OTLP", 400, 0, id="no OTLP"),
        pytest.param(b"", 200, 0, id="empty"),
        pytest.param(traces(span(attributes={"a": "x" * MAX_BYTES})).SerializeToString(), 200, 1, id="large"),
        pytest.param(b"x" * (5 * MAX_BYTES), 413, 0, id="too large"),
    ],
)
def test_what_is_out_of_the_ordinary_is_for_python(
    receivers: Receivers, body: bytes, status: int, kept: int
) -> None:
    with steady_sender(receivers.http) as sender:
        before = warm(receivers, sender)
        number = in_lane(receivers)

        assert sender.send(body) == status

    assert in_lane(receivers) == number
    assert len(receivers.records()) == before + kept


def test_a_sender_comes_back_after_something_out_of_the_ordinary(receivers: Receivers) -> None:
    with steady_sender(receivers.http) as sender:
        warm(receivers, sender)

        for body in (BROKEN, b"no OTLP", SOUND, SOUND, SOUND):
            sender.send(body)
        warm(receivers, sender)

    assert sum(receivers.counters.values(REFUSED["traces"]).values()) == 1


@pytest.mark.parametrize(
    "size", [1, 30, 200, -1], ids=["a byte", "half a head", "half a body", "all but one"]
)
def test_a_request_that_comes_in_pieces_is_whole_in_the_end(receivers: Receivers, size: int) -> None:
    with steady_sender(receivers.http) as sender:
        before = warm(receivers, sender)
        request = sender.head(len(SOUND)) + SOUND

        sender.connection.sendall(request[:size])
        time.sleep(0.3)  # longer than the lane waits
        sender.connection.sendall(request[size:])

        assert sender.answer()[0] == 200
    assert len(receivers.records()) == before + 1


def test_requests_that_do_not_wait_for_their_answers_are_answered_in_order(receivers: Receivers) -> None:
    with steady_sender(receivers.http) as sender:
        before = warm(receivers, sender)
        good, bad = sender.head(len(SOUND)) + SOUND, sender.head(7) + b"no OTLP"

        sender.connection.sendall(good + bad + good + good[:50])
        statuses = [sender.answer()[0] for _ in range(3)]
        sender.connection.sendall(good[50:])

        assert [*statuses, sender.answer()[0]] == [200, 400, 200, 200]
    assert len(receivers.records()) == before + 3


def test_a_sender_that_goes_away_within_a_request_leaves_nothing(receivers: Receivers) -> None:
    with steady_sender(receivers.http) as sender:
        before = warm(receivers, sender)
        sender.connection.sendall((sender.head(len(SOUND)) + SOUND)[:-1])
    with steady_sender(receivers.http) as sender:
        before += warm(receivers, sender)

    assert len(receivers.records()) == before


def test_a_revoked_key_is_good_for_no_more_than_a_second(receivers: Receivers) -> None:
    key, text = receivers.objects.keys.create("s", scopes=frozenset({Scope.INGEST}), projects=None)
    with steady_sender(receivers.http, {"authorization": f"Bearer {text}"}) as sender:
        warm(receivers, sender)

        receivers.objects.keys.revoke(key)
        start_s = time.monotonic()
        while sender.send(SOUND) == 200:
            assert time.monotonic() - start_s < 1.5

        assert sender.send(SOUND) == 401


def test_the_word_is_renewed_for_a_sender_that_goes_on(receivers: Receivers) -> None:
    with steady_sender(receivers.http) as sender:
        warm(receivers, sender)
        before, sent = in_lane(receivers), 0
        end_s = time.monotonic() + 2.5
        while time.monotonic() < end_s:
            sender.send(SOUND)
            sent += 1

    # Each half second one goes through Python and one more may, while its sender is brought again.
    assert sent - 15 <= in_lane(receivers) - before < sent


def test_a_key_for_one_project_is_asked_about_parents_that_spans_name(receivers: Receivers) -> None:
    project = receivers.objects.hold_project("mine")
    _, text = receivers.objects.keys.create(
        "s", scopes=frozenset({Scope.INGEST}), projects=frozenset({project.id})
    )
    elsewhere = traces(span(attributes={"braintrust.parent": "project_name:other"})).SerializeToString()
    with steady_sender(receivers.http, {"authorization": f"Bearer {text}"}) as sender:
        warm(receivers, sender)
        assert sender.send(elsewhere) == 200
        sender.connection.sendall(sender.head(len(elsewhere)) + elsewhere)
        assert b"does not reach" in sender.answer()[2]

    routing = receivers.records()[-1].routing
    assert (routing.parent, routing.projects) == (f"project_id:{project.id}", [project.id])
    assert in_lane(receivers)


def test_rules_of_masking_hold_from_the_next_request_on(tmp_path: Path) -> None:
    masks = DoorMasks()
    with (
        receiving(tmp_path, compiled=COMPILED, masks=masks) as receivers,
        steady_sender(receivers.http) as sender,
    ):
        assert receivers.lane
        masks.on_change = receivers.lane.doubt
        secret = traces(span(attributes={"gen_ai.prompt": "a@b.example"})).SerializeToString()
        warm(receivers, sender, secret)
        number = in_lane(receivers)

        masks.rules = rules_of("{patterns: [emails], action: drop}")
        for _ in range(5):
            sender.send(secret)

        assert in_lane(receivers) == number
        payloads = [record.payload for record in receivers.records()]
        assert [b"a@b.example" in payload for payload in payloads] == [True] * (len(payloads) - 5) + [
            False
        ] * 5


def test_more_senders_than_threads_are_all_served(receivers: Receivers) -> None:
    with ExitStack() as stack:
        senders = [stack.enter_context(steady_sender(receivers.http)) for _ in range(3 * THREADS)]
        faults: list[BaseException] = []

        def send(sender: SteadySender) -> None:
            try:
                for _ in range(10):
                    assert sender.send(SOUND) == 200
            except BaseException as error:  # noqa: BLE001 - told below
                faults.append(error)

        threads = [threading.Thread(target=send, args=(sender,)) for sender in senders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert not faults
    assert [record.seq for record in receivers.records()] == list(range(1, 30 * THREADS + 1))
    assert receivers.counters.values(ACCEPTED["traces"]) == {("otlp", "http"): 60 * THREADS}
    assert in_lane(receivers) > THREADS


def test_transactions_grow_in_the_order_of_the_spool_whoever_appends(tmp_path: Path) -> None:
    faults: list[BaseException] = []

    def send(sender: SteadySender, own: int) -> None:
        try:
            for number in range(60):
                # Python alone takes requests with a head that comes but once.
                headers = {"x-number": f"{own}-{number}"} if own % 2 else None
                assert sender.send(SOUND, headers) == 200
        except BaseException as error:  # noqa: BLE001 - told below
            faults.append(error)

    for start in range(1, 4):
        with receiving(tmp_path, compiled=COMPILED) as receivers, ExitStack() as stack:
            senders = [stack.enter_context(steady_sender(receivers.http)) for _ in range(8)]
            threads = [threading.Thread(target=send, args=each[::-1]) for each in enumerate(senders)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            xacts = [record.routing.xact for record in receivers.records()]
            assert not faults
            assert len(xacts) == start * 480
            assert 50 < in_lane(receivers) <= 240

        assert [pair for pair in pairwise(xacts) if pair[0] >= pair[1]] == []


def test_segments_are_left_when_they_are_full(tmp_path: Path) -> None:
    limits = SpoolLimits(segment_bytes=10_000)
    with (
        receiving(tmp_path, compiled=COMPILED, limits=limits) as receivers,
        steady_sender(receivers.http) as sender,
    ):
        for _ in range(200):
            assert sender.send(SOUND) == 200

        assert [record.seq for record in receivers.records()] == list(range(1, 201))
        assert all(10_000 <= segment.size < 11_000 for segment in receivers.spool.durable()[:-1])
        assert in_lane(receivers) > 100


def test_a_full_spool_refuses_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    limits = SpoolLimits(max_bytes=5_000)
    with (
        receiving(tmp_path, compiled=COMPILED, limits=limits) as receivers,
        steady_sender(receivers.http) as sender,
    ):
        statuses = [sender.send(SOUND) for _ in range(30)]
        kept = statuses.index(503)

        assert statuses == [200] * kept + [503] * (30 - kept)
        assert receivers.spool.size_bytes <= 5_000
        assert len(receivers.records()) == kept
        receivers.spool.on_full(lambda: receivers.spool.end_seq)
        assert sender.send(SOUND) == 200


def test_what_the_disk_does_not_take_is_refused_and_is_not_there(receivers: Receivers) -> None:
    with steady_sender(receivers.http) as sender:
        kept = warm(receivers, sender)
        size = receivers.spool.size_bytes

        with full_disk(size + 100):
            assert [sender.send(SOUND) for _ in range(5)] == [503] * 5
        assert receivers.spool.size_bytes == size
        assert receivers.spool.durable()[-1].path.stat().st_size == size
        kept += warm(receivers, sender)

    assert len(receivers.records()) == kept


def test_what_is_refused_is_nothing_that_readers_would_wait_for(receivers: Receivers) -> None:
    with ExitStack() as stack:
        senders = [stack.enter_context(steady_sender(receivers.http)) for _ in range(2)]
        for sender in senders:
            warm(receivers, sender)
        end_seq = receivers.spool.end_seq

        with full_disk(receivers.spool.size_bytes + 100):
            assert [sender.send(SOUND) for sender in senders] == [503] * 2
            assert receivers.spool.end_seq == end_seq


def test_connections_of_the_lane_end_with_it(tmp_path: Path) -> None:
    with ExitStack() as stack:
        with receiving(tmp_path, compiled=COMPILED) as receivers:
            senders = [stack.enter_context(steady_sender(receivers.http)) for _ in range(20)]
            for sender in senders:
                warm(receivers, sender)
            half = senders[0].head(len(SOUND)) + SOUND
            senders[0].connection.sendall(half[:100])

        for sender in senders:
            with pytest.raises(ConnectionError):
                sender.send(SOUND)


def test_without_the_library_nothing_is_brought(tmp_path: Path) -> None:
    with receiving(tmp_path) as receivers, steady_sender(receivers.http) as sender:
        assert [sender.send(SOUND) for _ in range(5)] == [200] * 5

        assert receivers.lane is None
        assert receivers.spool.pen is None


def test_the_caller_of_the_last_request_does_not_stay(receivers: Receivers) -> None:
    with steady_sender(receivers.http) as sender:
        warm(receivers, sender)

    with pytest.raises(LookupError):
        current_access()
