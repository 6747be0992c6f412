import asyncio
import os
import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from otel_bridge_collector.errors import SpoolError
from otel_bridge_collector.spool.spool import Spool, SpoolLimits
from tests.support.spool import ROUTING, open_spool, read_all


def append(spool: Spool, *payloads: bytes) -> list[int]:
    async def at_once() -> list[int]:
        return await asyncio.gather(*(spool.append(ROUTING, payload) for payload in payloads))

    return asyncio.run(at_once())


def one_by_one(spool: Spool, *payloads: bytes) -> None:
    for payload in payloads:
        append(spool, payload)


@contextmanager
def full_disk(at_bytes: int) -> Iterator[None]:
    """No file of this process grows beyond `at_bytes`, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (at_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)


def test_what_was_appended_is_read_back_in_order(tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool:
        numbers = append(spool, b"one", b"", b"three")

        records = read_all(spool.reader(0))

    assert numbers == [1, 2, 3]
    assert [(record.seq, record.payload) for record in records] == [(1, b"one"), (2, b""), (3, b"three")]
    assert records[0].routing == ROUTING


def test_a_new_process_goes_on_with_numbers_and_records(tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool:
        append(spool, b"old")

    with open_spool(tmp_path) as spool:
        numbers = append(spool, b"new")
        records = read_all(spool.reader(0))

    assert numbers == [2]
    assert [record.payload for record in records] == [b"old", b"new"]
    assert spool.last_xact == ROUTING.xact


def test_numbers_that_a_destination_has_passed_are_not_given_again(tmp_path: Path) -> None:
    with open_spool(tmp_path, at_least=40) as spool:
        assert append(spool, b"first") == [40]
        assert spool.end_seq == 41


def test_a_full_segment_is_left_for_a_new_one(tmp_path: Path) -> None:
    with open_spool(tmp_path, limits=SpoolLimits(segment_bytes=100)) as spool:
        one_by_one(spool, b"a" * 100, b"b" * 100, b"c" * 100)

        assert len(list(tmp_path.glob("*.seg"))) == 3
        assert [record.payload[:1] for record in read_all(spool.reader(2))] == [b"b", b"c"]


def test_a_listener_hears_of_durable_records(tmp_path: Path) -> None:
    heard: list[int] = []
    with open_spool(tmp_path) as spool:
        spool.on_append(lambda: heard.append(spool.end_seq))
        append(spool, b"x")

    assert heard == [2]


def test_what_a_reader_sees_is_limited_by_bytes(tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool:
        append(spool, b"1234", b"5678", b"9")
        reader = spool.reader(0)

        assert [record.payload for record in reader.read(max_bytes=5).records] == [b"1234", b"5678"]
        assert [record.payload for record in reader.read(max_bytes=5).records] == [b"9"]


def test_too_many_waiting_bytes_are_refused(tmp_path: Path) -> None:
    with (
        open_spool(tmp_path, limits=SpoolLimits(waiting_bytes=10)) as spool,
        pytest.raises(SpoolError, match="busy"),
    ):
        append(spool, *[b"x" * 8] * 1_000)


def test_a_closed_spool_refuses(tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool:
        pass

    with pytest.raises(SpoolError, match="closing"):
        append(spool, b"late")


def test_a_full_disk_is_an_error_and_leaves_no_half_record(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
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


def test_appending_goes_on_when_space_returns(tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool:
        with full_disk(10), pytest.raises(SpoolError):
            append(spool, b"lost, and its sender knows")

        append(spool, b"after")

        assert [record.payload for record in read_all(spool.reader(0))] == [b"after"]


def test_delivered_segments_go_when_the_spool_is_larger_than_its_limit(tmp_path: Path) -> None:
    limits = SpoolLimits(segment_bytes=1, keep_bytes=450)
    with open_spool(tmp_path, limits=limits) as spool:
        one_by_one(spool, *[b"x" * 100] * 5)

        spool.trim(passed_seq=3)

        assert [record.seq for record in read_all(spool.reader(0))] == [3, 4, 5]


def test_delivered_segments_go_when_they_are_old(tmp_path: Path) -> None:
    with open_spool(tmp_path, limits=SpoolLimits(segment_bytes=1, keep_s=3_600)) as spool:
        one_by_one(spool, b"old", b"young", b"young")
        two_hours_ago = time.time() - 7_200
        os.utime(min(tmp_path.glob("*.seg")), (two_hours_ago, two_hours_ago))

        spool.trim(passed_seq=4)

        assert [record.payload for record in read_all(spool.reader(0))] == [b"young", b"young"]


def test_what_nobody_delivered_stays_whatever_the_limits_say(tmp_path: Path) -> None:
    limits = SpoolLimits(segment_bytes=1, keep_bytes=0, keep_s=0)
    with open_spool(tmp_path, limits=limits) as spool:
        one_by_one(spool, b"a", b"b", b"c")

        spool.trim(passed_seq=1)

        assert len(read_all(spool.reader(0))) == 3


def test_the_newest_segment_stays_and_keeps_the_numbers(tmp_path: Path) -> None:
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
