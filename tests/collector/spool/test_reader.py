import asyncio
from pathlib import Path

import pytest

from otel_bridge_collector.spool.limits import SpoolLimits
from tests.support.spool import ROUTING, open_spool, read_all


def test_a_reader_begins_at_the_number_it_is_given(tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool:
        for payload in (b"a", b"b", b"c"):
            asyncio.run(spool.append(ROUTING, payload))

        assert [record.payload for record in read_all(spool.reader(3))] == [b"c"]


def test_a_reader_at_the_end_goes_on_when_there_is_more(tmp_path: Path) -> None:
    with open_spool(tmp_path, limits=SpoolLimits(segment_bytes=150)) as spool:
        reader = spool.reader(0)
        seen: list[bytes] = []
        for payload in (b"a" * 90, b"b" * 90, b"c" * 90):
            asyncio.run(spool.append(ROUTING, payload))
            seen += [record.payload[:1] for record in reader.read().records]

    assert seen == [b"a", b"b", b"c"]


def test_an_empty_spool_gives_nothing_and_the_number_to_come(tmp_path: Path) -> None:
    with open_spool(tmp_path, at_least=9) as spool:
        chunk = spool.reader(0).read()

    assert (chunk.records, chunk.next_seq) == ([], 9)


def test_a_damaged_last_record_does_not_hold_the_reader_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with open_spool(tmp_path) as spool:
        asyncio.run(spool.append(ROUTING, b"hurt"))
        (segment,) = tmp_path.glob("*.seg")
        segment.write_bytes(bytes(segment.stat().st_size))
        reader = spool.reader(0)

        assert reader.read().next_seq == spool.end_seq
        assert reader.read().records == []

    assert len(caplog.records) == 1


def test_the_number_of_records_of_a_chunk_is_limited(tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool:
        for _ in range(3):
            asyncio.run(spool.append(ROUTING, b"x"))

        chunk = spool.reader(0).read(max_records=2)

    assert [record.seq for record in chunk.records] == [1, 2]
    assert chunk.next_seq == 3


def test_a_missing_segment_is_reported_once_and_the_rest_is_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with open_spool(tmp_path, limits=SpoolLimits(segment_bytes=1)) as spool:
        for _ in range(4):
            asyncio.run(spool.append(ROUTING, b"x"))
    gone = sorted(tmp_path.glob("*.seg"))[1:3]
    for segment in gone:
        segment.unlink()

    with open_spool(tmp_path) as spool:
        reader = spool.reader(1)
        numbers = [record.seq for record in reader.read().records]
        reader.read()

    assert numbers == [1, 4]
    assert [record.getMessage() for record in caplog.records] == [
        "the spool has no records 2 to 3: a segment is missing or cut, or they could not be written"
    ]
