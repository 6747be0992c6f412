import asyncio
import os
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, closing
from contextvars import Context
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import pytest

from otel_bridge_collector.compiled import Library
from otel_bridge_collector.errors import SpoolError, SpoolFullError
from otel_bridge_collector.spool.limits import SpoolLimits
from otel_bridge_collector.spool.record import record_size
from otel_bridge_collector.spool.spool import Spool
from otel_bridge_collector.spool.writer import Kept
from tests.support import spool as spools
from tests.support.compiled import WAYS
from tests.support.full_disk import full_disk
from tests.support.spool import ROUTING, read_all


class OpenSpool(Protocol):
    """Opens a spool, whose newest segment is shared with the compiled receiver or not."""

    def __call__(
        self, folder: Path, *, limits: SpoolLimits | None = None, at_least: int = 1
    ) -> AbstractContextManager[Spool]: ...


@pytest.fixture(params=WAYS)
def open_spool(request: pytest.FixtureRequest) -> OpenSpool:
    compiled: Library | None = request.param
    return partial(spools.open_spool, compiled=compiled)


def kept(spool: Spool, *payloads: bytes) -> list[Kept]:
    async def at_once() -> list[Kept]:
        return await asyncio.gather(*(spool.append(ROUTING, payload) for payload in payloads))

    return asyncio.run(at_once())


def append(spool: Spool, *payloads: bytes) -> list[int]:
    return [each.seq for each in kept(spool, *payloads)]


def one_by_one(spool: Spool, *payloads: bytes) -> None:
    for payload in payloads:
        append(spool, payload)


def test_what_was_appended_is_read_back_in_order(open_spool: OpenSpool, tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool:
        numbers = append(spool, b"one", b"", b"three")

        records = read_all(spool.reader(0))

    assert numbers == [1, 2, 3]
    assert [(record.seq, record.payload) for record in records] == [(1, b"one"), (2, b""), (3, b"three")]
    assert replace(records[0].routing, xact=ROUTING.xact) == ROUTING


def test_transactions_are_told_and_grow_in_the_order_of_the_spool(
    open_spool: OpenSpool, tmp_path: Path
) -> None:
    told: list[Kept] = []
    for _ in range(3):
        with open_spool(tmp_path) as spool:
            told += kept(spool, *[b"x"] * 20, b"x" * 300_000, b"x")
            records = read_all(spool.reader(0))

    assert told == [(record.seq, record.routing.xact) for record in records]
    assert all(before.xact < after.xact for before, after in pairwise(told))
    assert told[21].xact - told[20].xact > 300_000 >> 17


def test_whoever_hands_in_a_record_says_nothing_of_its_transaction(
    open_spool: OpenSpool, tmp_path: Path
) -> None:
    async def out_of_order(spool: Spool) -> list[Kept]:
        wanted = [2**62, 1, 2**61]
        return await asyncio.gather(*(spool.append(replace(ROUTING, xact=xact), b"") for xact in wanted))

    with open_spool(tmp_path) as spool:
        first, second, third = asyncio.run(out_of_order(spool))

    assert first.xact < second.xact < third.xact < 2**61


def test_a_new_process_goes_on_with_numbers_and_records(open_spool: OpenSpool, tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool:
        append(spool, b"old")

    with open_spool(tmp_path) as spool:
        numbers = append(spool, b"new")
        records = read_all(spool.reader(0))

    assert numbers == [2]
    assert [record.payload for record in records] == [b"old", b"new"]
    assert spool.last_xact == records[0].routing.xact < records[1].routing.xact


def test_numbers_that_a_destination_has_passed_are_not_given_again(
    open_spool: OpenSpool, tmp_path: Path
) -> None:
    with open_spool(tmp_path, at_least=40) as spool:
        assert append(spool, b"first") == [40]
        assert spool.end_seq == 41


def test_a_full_segment_is_left_for_a_new_one(open_spool: OpenSpool, tmp_path: Path) -> None:
    with open_spool(tmp_path, limits=SpoolLimits(segment_bytes=100)) as spool:
        one_by_one(spool, b"a" * 100, b"b" * 100, b"c" * 100)

        assert len(list(tmp_path.glob("*.seg"))) == 3
        assert [record.payload[:1] for record in read_all(spool.reader(2))] == [b"b", b"c"]


def test_a_listener_hears_of_durable_records(open_spool: OpenSpool, tmp_path: Path) -> None:
    heard: list[int] = []
    with open_spool(tmp_path) as spool:
        spool.on_append(lambda: heard.append(spool.end_seq))
        append(spool, b"x")

    assert heard == [2]


def test_what_a_reader_sees_is_limited_by_bytes(open_spool: OpenSpool, tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool:
        append(spool, b"1234", b"5678", b"9")
        reader = spool.reader(0)

        assert [record.payload for record in reader.read(max_bytes=5).records] == [b"1234", b"5678"]
        assert [record.payload for record in reader.read(max_bytes=5).records] == [b"9"]


def test_too_many_waiting_bytes_are_refused(open_spool: OpenSpool, tmp_path: Path) -> None:
    with (
        open_spool(tmp_path, limits=SpoolLimits(waiting_bytes=10)) as spool,
        pytest.raises(SpoolError, match="busy"),
    ):
        append(spool, *[b"x" * 8] * 1_000)


def test_a_closed_spool_refuses(open_spool: OpenSpool, tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool:
        pass

    with pytest.raises(SpoolError, match="closing"):
        append(spool, b"late")


def test_a_full_disk_is_an_error_and_leaves_no_half_record(
    open_spool: OpenSpool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with open_spool(tmp_path) as spool:
        append(spool, b"before")
        (segment,) = tmp_path.glob("*.seg")
        size = segment.stat().st_size
        with full_disk(size + 50), pytest.raises(SpoolError, match="cannot be written"):
            append(spool, b"x" * 1_000)

        assert segment.stat().st_size == size
        assert caplog.messages == [
            "the spool cannot be written ([Errno 27] File too large): senders are asked to retry"
        ]


def test_appending_goes_on_when_space_returns(open_spool: OpenSpool, tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool:
        with full_disk(10), pytest.raises(SpoolError):
            append(spool, b"lost, and its sender knows")

        append(spool, b"after")

        assert [record.payload for record in read_all(spool.reader(0))] == [b"after"]


def test_delivered_segments_go_when_the_spool_is_larger_than_its_limit(
    open_spool: OpenSpool, tmp_path: Path
) -> None:
    limits = SpoolLimits(segment_bytes=1, keep_bytes=450)
    with open_spool(tmp_path, limits=limits) as spool:
        one_by_one(spool, *[b"x" * 100] * 5)

        spool.trim(passed_seq=3)

        assert [record.seq for record in read_all(spool.reader(0))] == [3, 4, 5]


def test_delivered_segments_go_when_they_are_old(open_spool: OpenSpool, tmp_path: Path) -> None:
    with open_spool(tmp_path, limits=SpoolLimits(segment_bytes=1, keep_s=3_600)) as spool:
        one_by_one(spool, b"old", b"young", b"young")
        two_hours_ago = time.time() - 7_200
        os.utime(min(tmp_path.glob("*.seg")), (two_hours_ago, two_hours_ago))

        spool.trim(passed_seq=4)

        assert [record.payload for record in read_all(spool.reader(0))] == [b"young", b"young"]


def test_what_nobody_delivered_stays_whatever_the_limits_say(open_spool: OpenSpool, tmp_path: Path) -> None:
    limits = SpoolLimits(segment_bytes=1, keep_bytes=0, keep_s=0)
    with open_spool(tmp_path, limits=limits) as spool:
        one_by_one(spool, b"a", b"b", b"c")

        spool.trim(passed_seq=1)

        assert len(read_all(spool.reader(0))) == 3


def test_the_newest_segment_stays_and_keeps_the_numbers(open_spool: OpenSpool, tmp_path: Path) -> None:
    limits = SpoolLimits(segment_bytes=1, keep_bytes=0, keep_s=0)
    with open_spool(tmp_path, limits=limits) as spool:
        one_by_one(spool, b"a", b"b", b"c")
        spool.trim(passed_seq=4)

    with open_spool(tmp_path, limits=limits) as spool:
        assert append(spool, b"d") == [4]


def test_a_folder_that_cannot_be_read_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / f"{1:020d}-{'0' * 16}.seg").mkdir()

    with pytest.raises(SpoolError, match="cannot open the spool"):
        Spool(tmp_path, limits=SpoolLimits())


RECORD = record_size(ROUTING, b"x" * 100)
"""Bytes of a record that the tests of room append."""


def refused(spool: Spool, payload: bytes = b"x" * 100) -> bool:
    try:
        append(spool, payload)
    except SpoolFullError:
        return True
    return False


@pytest.mark.parametrize(
    ("room", "is_refused"),
    [pytest.param(0, False, id="just fits"), pytest.param(-1, True, id="one byte too much")],
)
def test_the_spool_grows_to_its_limit_and_no_further(
    open_spool: OpenSpool,
    tmp_path: Path,
    room: int,
    is_refused: bool,  # noqa: FBT001 - a case
) -> None:
    with open_spool(tmp_path, limits=SpoolLimits(max_bytes=3 * RECORD + room)) as spool:
        one_by_one(spool, b"x" * 100, b"x" * 100)

        assert refused(spool) is is_refused
        assert len(read_all(spool.reader(0))) == (2 if is_refused else 3)


def test_of_requests_that_come_together_those_that_fit_are_kept(
    open_spool: OpenSpool, tmp_path: Path
) -> None:
    with open_spool(tmp_path, limits=SpoolLimits(max_bytes=2 * RECORD)) as spool:

        async def at_once() -> Sequence[Kept | BaseException]:
            sent = (spool.append(ROUTING, b"x" * 100) for _ in range(3))
            return await asyncio.gather(*sent, return_exceptions=True)

        outcomes = asyncio.run(at_once())

        assert [isinstance(outcome, SpoolFullError) for outcome in outcomes] == [False, False, True]
        assert len(read_all(spool.reader(0))) == 2


def test_while_it_is_held_nothing_is_deleted(open_spool: OpenSpool, tmp_path: Path) -> None:
    limits = SpoolLimits(segment_bytes=1, keep_bytes=0, max_bytes=1_000)
    with open_spool(tmp_path, limits=limits) as spool:
        one_by_one(spool, *[b"x" * 100] * 3)
        spool.on_full(lambda: spool.end_seq)

        with spool.held():
            spool.trim(passed_seq=4)
            with pytest.raises(SpoolFullError):
                append(spool, b"x" * 700)
            assert [record.seq for record in read_all(spool.reader(0))] == [1, 2, 3]
        append(spool, b"x" * 700)
        assert [record.seq for record in read_all(spool.reader(0))][-1] == 4


def test_what_nobody_has_is_never_deleted_to_make_room(open_spool: OpenSpool, tmp_path: Path) -> None:
    with open_spool(tmp_path, limits=SpoolLimits(max_bytes=4 * RECORD, keep_bytes=0, keep_s=0)) as spool:
        spool.on_full(lambda: 1)
        one_by_one(spool, *[b"x" * 100] * 4)

        assert refused(spool)
        assert [record.seq for record in read_all(spool.reader(0))] == [1, 2, 3, 4]


def test_what_is_delivered_makes_room(open_spool: OpenSpool, tmp_path: Path) -> None:
    with open_spool(tmp_path, limits=SpoolLimits(max_bytes=4 * RECORD)) as spool:
        one_by_one(spool, *[b"x" * 100] * 4)
        spool.on_full(lambda: 3)

        assert not refused(spool)
        assert [record.seq for record in read_all(spool.reader(3))] == [3, 4, 5]
        assert sum(path.stat().st_size for path in tmp_path.glob("*.seg")) <= 4 * RECORD


def test_a_spool_of_which_everything_is_delivered_takes_what_fits_into_it(
    open_spool: OpenSpool, tmp_path: Path
) -> None:
    with open_spool(tmp_path, limits=SpoolLimits(max_bytes=4 * RECORD)) as spool:
        spool.on_full(lambda: spool.end_seq)
        for _ in range(20):
            append(spool, b"x" * 100)

        assert not refused(spool, b"x" * (4 * RECORD - (RECORD - 100)))
        assert refused(spool, b"x" * (4 * RECORD - (RECORD - 100) + 1))


def test_bytes_of_the_disk_stay_free(open_spool: OpenSpool, tmp_path: Path) -> None:
    disk = os.statvfs(tmp_path)

    with open_spool(tmp_path, limits=SpoolLimits(min_free_bytes=disk.f_blocks * disk.f_frsize)) as spool:
        assert refused(spool)


def test_limits_may_be_exchanged(open_spool: OpenSpool, tmp_path: Path) -> None:
    with open_spool(tmp_path, limits=SpoolLimits(max_bytes=1)) as spool:
        assert refused(spool)
        spool.limits = SpoolLimits()
        assert not refused(spool)


def test_bytes_that_wait_are_counted_from_a_record_on(open_spool: OpenSpool, tmp_path: Path) -> None:
    with open_spool(tmp_path, limits=SpoolLimits(segment_bytes=1)) as spool:
        one_by_one(spool, *[b"x" * 100] * 3)

        assert [spool.bytes_from(seq) for seq in (0, 1, 2, 3, 9)] == [
            3 * RECORD,
            3 * RECORD,
            2 * RECORD,
            RECORD,
            RECORD,
        ]


def test_a_spool_with_room_refuses_nothing(open_spool: OpenSpool, tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool:
        append(spool, b"x")

        assert spool.is_alive
        assert spool.refusal() is None
    assert not spool.is_alive


def test_a_full_spool_says_so_until_something_is_delivered(open_spool: OpenSpool, tmp_path: Path) -> None:
    with open_spool(tmp_path, limits=SpoolLimits(max_bytes=2 * RECORD)) as spool:
        one_by_one(spool, *[b"x" * 100] * 2)

        assert "reached its size" in (spool.refusal() or "")
        spool.on_full(lambda: spool.end_seq)
        assert spool.refusal() is None


def test_a_full_disk_is_told_before_a_request_finds_it(open_spool: OpenSpool, tmp_path: Path) -> None:
    disk = os.statvfs(tmp_path)

    with open_spool(tmp_path, limits=SpoolLimits(min_free_bytes=disk.f_blocks * disk.f_frsize)) as spool:
        assert "the disk of the data folder is short of room" in (spool.refusal() or "")


def test_a_request_for_which_the_disk_is_short_says_so_and_what_to_set(
    open_spool: OpenSpool, tmp_path: Path
) -> None:
    disk = os.statvfs(tmp_path)
    limits = SpoolLimits(min_free_bytes=disk.f_blocks * disk.f_frsize)

    with (
        open_spool(tmp_path, limits=limits) as spool,
        pytest.raises(SpoolFullError, match=r"the disk .* is short .*OTEL_BRIDGE_SPOOL_MIN_FREE_BYTES"),
    ):
        append(spool, b"x")


def test_a_request_for_which_the_spool_is_full_says_so(open_spool: OpenSpool, tmp_path: Path) -> None:
    with (
        open_spool(tmp_path, limits=SpoolLimits(max_bytes=RECORD)) as spool,
        pytest.raises(SpoolFullError, match="the spool is full"),
    ):
        append(spool, b"x" * 1000)


def test_a_request_that_did_not_fit_is_told_until_one_fits(open_spool: OpenSpool, tmp_path: Path) -> None:
    with open_spool(tmp_path, limits=SpoolLimits(max_bytes=2 * RECORD)) as spool:
        assert refused(spool, b"x" * 1000)
        assert (spool.refusal() or "").startswith("the last request was refused: the spool is full")
        assert not refused(spool)
        assert spool.refusal() is None


def test_a_refused_sender_can_ask_why_at_once(open_spool: OpenSpool, tmp_path: Path) -> None:
    told: list[str | None] = []

    class Asking(asyncio.SelectorEventLoop):
        def call_soon_threadsafe(  # type: ignore[override]  # as asyncio has it, but for its generics
            self, callback: Callable[..., object], *args: Any, context: Context | None = None
        ) -> asyncio.Handle:
            told.append(spool.refusal())
            return super().call_soon_threadsafe(callback, *args, context=context)

    with (
        open_spool(tmp_path, limits=SpoolLimits(max_bytes=RECORD)) as spool,
        closing(Asking()) as loop,
        pytest.raises(SpoolFullError),
    ):
        loop.run_until_complete(spool.append(ROUTING, b"x" * 1000))

    assert (told[0] or "").startswith("the last request was refused: the spool is full")
