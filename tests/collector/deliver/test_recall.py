"""What a destination got last."""

import asyncio
from dataclasses import replace
from pathlib import Path

from otel_bridge_collector.deliver.recall import delivered_last
from otel_bridge_collector.spool.record import Signal
from otel_bridge_collector.spool.spool import Spool
from tests.support.spool import ROUTING, open_spool


def fill(spool: Spool, *payloads: bytes, signal: Signal = "traces") -> None:
    async def append() -> None:
        for payload in payloads:
            await spool.append(replace(ROUTING, signal=signal), payload)

    asyncio.run(append())


def test_only_what_was_delivered_is_recalled_in_its_order(tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool:
        fill(spool, b"a", b"b", b"c")

        assert [record.payload for record in delivered_last(spool, 3)] == [b"a", b"b"]


def test_the_newest_are_recalled_as_far_as_their_number_allows(tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool:
        fill(spool, b"a", b"b", b"c")

        assert [record.payload for record in delivered_last(spool, 4, max_records=2)] == [b"b", b"c"]


def test_the_newest_are_recalled_as_far_as_their_size_allows(tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool:
        fill(spool, b"aaa", b"bb", b"c")

        assert [record.payload for record in delivered_last(spool, 4, max_bytes=4)] == [b"bb", b"c"]


def test_log_records_are_not_recalled(tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool:
        fill(spool, b"a")
        fill(spool, b"b", signal="logs")

        assert [record.payload for record in delivered_last(spool, 3)] == [b"a"]


def test_of_more_than_one_chunk_the_newest_are_recalled(tmp_path: Path) -> None:
    payloads = [number.to_bytes(2, "big") for number in range(1_100)]
    with open_spool(tmp_path) as spool:
        fill(spool, *payloads)

        assert [record.payload for record in delivered_last(spool, 1_101)] == payloads


def test_a_new_spool_has_nothing_to_recall(tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool:
        assert list(delivered_last(spool, 0)) == []
