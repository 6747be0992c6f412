"""Whatever happens to the bytes of a spool, what is read is what was written, in order."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from otel_bridge_collector.spool.limits import SpoolLimits
from otel_bridge_collector.spool.segment import list_segments, scan
from otel_bridge_collector.spool.spool import Spool
from tests.support.spool import ROUTING, open_spool, read_all

PAYLOADS = st.lists(st.binary(max_size=60), min_size=1, max_size=12)
LIMITS = st.sampled_from([SpoolLimits(segment_bytes=1), SpoolLimits(segment_bytes=300), SpoolLimits()])


def write(folder: Path, payloads: Sequence[bytes], limits: SpoolLimits) -> list[Path]:
    async def append(spool: Spool) -> None:
        for payload in payloads:
            await spool.append(ROUTING, payload)

    with open_spool(folder, limits=limits) as spool:
        asyncio.run(append(spool))
    return sorted(folder.glob("*.seg"))


def read(folder: Path) -> list[tuple[int, bytes]]:
    with open_spool(folder) as spool:
        return [(record.seq, record.payload) for record in read_all(spool.reader(0))]


@settings(deadline=None, max_examples=60)
@given(payloads=PAYLOADS, limits=LIMITS)
def test_everything_is_read_as_it_was_written(payloads: list[bytes], limits: SpoolLimits) -> None:
    with TemporaryDirectory() as name:
        write(Path(name), payloads, limits)

        assert read(Path(name)) == list(enumerate(payloads, 1))


@settings(deadline=None, max_examples=60)
@given(payloads=PAYLOADS, cut=st.integers(min_value=0))
def test_a_torn_tail_costs_only_the_records_that_it_touches(payloads: list[bytes], cut: int) -> None:
    with TemporaryDirectory() as name:
        write(Path(name), payloads, SpoolLimits())
        places = record_places(Path(name))
        segment, _, end = places[-1]
        size = cut % (end + 1)
        os.truncate(segment, size)

        whole = sum(end <= size for _, _, end in places)

        assert read(Path(name)) == list(enumerate(payloads, 1))[:whole]


@settings(deadline=None, max_examples=150)
@given(payloads=PAYLOADS, limits=LIMITS, flips=st.sets(st.integers(min_value=0), min_size=1, max_size=4))
def test_flipped_bits_cost_only_the_records_that_they_hit(
    payloads: list[bytes], limits: SpoolLimits, flips: set[int]
) -> None:
    with TemporaryDirectory() as name:
        write(Path(name), payloads, limits)
        places = record_places(Path(name))
        bits = [
            (seq, path, bit)
            for seq, (path, start, end) in enumerate(places, 1)
            for bit in range(8 * start, 8 * end)
        ]
        hits = {bits[flip % len(bits)] for flip in flips}
        for _, path, bit in hits:
            flip_bit(path, bit)

        hit = {seq for seq, _, _ in hits}

        assert read(Path(name)) == [pair for pair in enumerate(payloads, 1) if pair[0] not in hit]


@settings(deadline=None, max_examples=40)
@given(payloads=PAYLOADS, noise=st.binary(max_size=200))
def test_noise_behind_the_records_is_no_record(payloads: list[bytes], noise: bytes) -> None:
    with TemporaryDirectory() as name:
        (segment,) = write(Path(name), payloads, SpoolLimits())
        with segment.open("ab") as file:
            file.write(noise)

        assert read(Path(name)) == list(enumerate(payloads, 1))


def record_places(folder: Path) -> list[tuple[Path, int, int]]:
    """File, first byte and end of every record, in order."""
    return [
        (segment.path, found.start, found.end) for segment in list_segments(folder) for found in scan(segment)
    ]


def flip_bit(path: Path, bit: int) -> None:
    data = bytearray(path.read_bytes())
    data[bit // 8] ^= 1 << bit % 8
    path.write_bytes(data)
