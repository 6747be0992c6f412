import asyncio
from pathlib import Path

from otel_bridge_collector.spool.search import records_with
from tests.support.spool import ROUTING, open_spool


def test_requests_are_found_by_what_stands_in_them_in_order(tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool:
        for payload in (b"one abc", b"two", b"abc three"):
            asyncio.run(spool.append(ROUTING, payload))

        found = records_with(spool.reader(0), b"abc")

    assert [record.payload for record in found] == [b"one abc", b"abc three"]


def test_of_too_many_the_newest_are_kept(tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool:
        for payload in (b"1", b"11", b"111"):
            asyncio.run(spool.append(ROUTING, payload))

        found = records_with(spool.reader(0), b"1", max_bytes=5)

    assert [record.payload for record in found] == [b"11", b"111"]


def test_one_that_is_larger_than_the_limit_is_found(tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool:
        asyncio.run(spool.append(ROUTING, b"large"))

        found = records_with(spool.reader(0), b"large", max_bytes=1)

    assert [record.payload for record in found] == [b"large"]
