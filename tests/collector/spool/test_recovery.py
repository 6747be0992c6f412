import asyncio
from pathlib import Path

import pytest

from otel_bridge_collector.spool.limits import SpoolLimits
from otel_bridge_collector.spool.record import HEAD_SIZE
from otel_bridge_collector.spool.recovery import recover
from tests.support.spool import ROUTING, open_spool, read_all, record_bytes


def spool_with(folder: Path, *payloads: bytes, segment_bytes: int = 1 << 20) -> list[Path]:
    """Write one record after the other; return the segments, oldest first."""
    with open_spool(folder, limits=SpoolLimits(segment_bytes=segment_bytes)) as spool:
        for payload in payloads:
            asyncio.run(spool.append(ROUTING, payload))
    return sorted(folder.glob("*.seg"))


def payloads_in(folder: Path) -> list[bytes]:
    with open_spool(folder) as spool:
        return [record.payload for record in read_all(spool.reader(0))]


def flip(path: Path, offset: int) -> None:
    data = bytearray(path.read_bytes())
    data[offset] ^= 0x10
    path.write_bytes(data)


def test_an_empty_folder_begins_with_one(tmp_path: Path) -> None:
    assert recover(tmp_path).end_seq == 1


def test_an_unfinished_write_is_cut_off(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (segment,) = spool_with(tmp_path, b"whole", b"torn")
    size = segment.stat().st_size
    segment.write_bytes(segment.read_bytes()[:-2])

    recovered = recover(tmp_path)

    assert recovered.end_seq == 2
    assert segment.stat().st_size < size - len(b"torn")
    assert "unfinished write" in caplog.text


def test_what_was_appended_after_a_cut_is_read_behind_it(tmp_path: Path) -> None:
    (segment,) = spool_with(tmp_path, b"whole", b"torn")
    segment.write_bytes(segment.read_bytes()[:-2])

    spool_with(tmp_path, b"next")

    assert payloads_in(tmp_path) == [b"whole", b"next"]


def test_a_segment_without_a_record_goes(tmp_path: Path) -> None:
    (segment,) = spool_with(tmp_path, b"torn")
    segment.write_bytes(segment.read_bytes()[:10])

    assert recover(tmp_path).segments == ()
    assert not segment.exists()


@pytest.mark.parametrize(
    "offset",
    [
        pytest.param(0, id="marker"),
        pytest.param(17, id="length"),
        pytest.param(HEAD_SIZE + 3, id="routing"),
    ],
)
def test_a_damaged_record_is_passed_over_and_reported(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, offset: int
) -> None:
    (segment,) = spool_with(tmp_path, b"hurt", b"sound")
    flip(segment, offset)

    assert payloads_in(tmp_path) == [b"sound"]
    assert "is damaged" in caplog.text


def test_a_segment_that_is_damaged_whole_does_not_hide_the_others(tmp_path: Path) -> None:
    first, second, _ = spool_with(tmp_path, b"a", b"b", b"c", segment_bytes=1)
    second.write_bytes(bytes(second.stat().st_size))

    assert payloads_in(tmp_path) == [b"a", b"c"]
    assert first.exists()


def test_a_file_with_another_name_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "notes.seg").write_text("mine")

    assert payloads_in(tmp_path) == []


def test_the_number_of_the_last_transaction_is_found_again(tmp_path: Path) -> None:
    spool_with(tmp_path, b"a", b"b")

    with open_spool(tmp_path) as spool:
        assert recover(tmp_path).last_xact == read_all(spool.reader(0))[-1].routing.xact


def test_records_of_the_first_version_stay_and_newer_ones_come_behind_them(tmp_path: Path) -> None:
    first = {"signal": "traces", "parent": None, "xact": 7, "received_ns": 5}
    marker = b"\x01\x02\x03\x04\x05\x06\x07\x08"
    segment = tmp_path / f"{1:020d}-{marker.hex()}.seg"
    segment.write_bytes(b"".join(record_bytes(marker, seq, first, b"old") for seq in (1, 2)))

    with open_spool(tmp_path) as spool:
        asyncio.run(spool.append(ROUTING, b"new"))
        found = read_all(spool.reader(0))

    assert [(record.seq, record.payload, record.routing.senders) for record in found] == [
        (1, b"old", None),
        (2, b"old", None),
        (3, b"new", None),
    ]
