import os
from pathlib import Path

import pytest

from otel_bridge_collector.spool.record import Record, pack_record
from otel_bridge_collector.spool.segment import (
    Segment,
    append_to,
    create_segment,
    cut_tail,
    leave,
    list_segments,
    scan,
)
from tests.support.spool import ROUTING


def packed(segment: Segment, seq: int, payload: bytes) -> bytes:
    return b"".join(pack_record(segment.marker, Record(seq=seq, routing=ROUTING, payload=payload)))


def test_a_segment_is_found_again_by_its_name(tmp_path: Path) -> None:
    segment = create_segment(tmp_path, first_seq=12)

    assert list_segments(tmp_path) == [segment]


def test_segments_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for first_seq in (100, 9, 10):
        create_segment(tmp_path, first_seq)

    assert [segment.first_seq for segment in list_segments(tmp_path)] == [9, 10, 100]


def test_bytes_behind_the_durable_end_are_overwritten(tmp_path: Path) -> None:
    segment = create_segment(tmp_path, first_seq=1)
    segment.path.write_bytes(packed(segment, 1, b"never acknowledged"))

    grown = append_to(segment, packed(segment, 2, b"kept"))

    assert [found.record.payload for found in scan(grown)] == [b"kept"]


def test_a_record_is_found_behind_damage_of_any_length(tmp_path: Path) -> None:
    segment = create_segment(tmp_path, first_seq=1)
    damage = b"\xff" * ((1 << 20) - 3)  # the marker lies across the border of two search steps

    grown = append_to(segment, damage + packed(segment, 1, b"found"))

    assert [found.start for found in scan(grown)] == [len(damage)]


def test_a_record_inside_a_damaged_payload_is_not_read(tmp_path: Path) -> None:
    segment = create_segment(tmp_path, first_seq=1)
    outer = bytearray(packed(segment, 1, b"....." + packed(segment, 2, b"forged")))
    outer[-1] ^= 1

    grown = append_to(segment, bytes(outer))

    assert list(scan(grown)) == []


@pytest.mark.parametrize("name", ["1-0.seg", f"{1:020d}-{'z' * 16}.seg", "lock"])
def test_other_names_are_no_segments(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()

    assert list_segments(tmp_path) == []


def test_cutting_leaves_the_records(tmp_path: Path) -> None:
    segment = create_segment(tmp_path, first_seq=1)
    data = packed(segment, 1, b"kept")
    torn = append_to(segment, data + b"torn")
    (last,) = scan(torn)

    cut = cut_tail(torn, last)

    assert cut.size == len(data)
    assert segment.path.read_bytes() == data


def test_parts_are_written_one_behind_the_other_however_many(tmp_path: Path) -> None:
    segment = create_segment(tmp_path, 1)
    parts = [b"", *(str(number).encode() for number in range(3000)), b"", b"end"]

    grown = append_to(append_to(segment, b"before"), *parts)

    written = b"before" + b"".join(parts)
    assert segment.path.read_bytes() == written
    assert grown.size == len(written)


def is_cached(path: Path) -> bool:
    """Tell whether a file could be read without waiting for the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        return os.preadv(opened, [bytearray(1)], 0, os.RWF_NOWAIT) == 1
    except BlockingIOError:
        return False
    except OSError as error:
        pytest.skip(f"this file system does not tell: {error.strerror}")
    finally:
        os.close(opened)


@pytest.mark.skipif(not hasattr(os, "RWF_NOWAIT"), reason="only Linux tells")
def test_a_segment_that_was_left_is_read_from_the_disk(tmp_path: Path) -> None:
    segment = create_segment(tmp_path, 1)
    segment = append_to(segment, packed(segment, 1, b"x" * 100_000))
    assert is_cached(segment.path)

    leave(segment)

    assert not is_cached(segment.path)
    assert [found.record.seq for found in scan(segment)] == [1]
