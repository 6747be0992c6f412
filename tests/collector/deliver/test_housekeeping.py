"""Making room in the spool."""

import asyncio
from pathlib import Path

from otel_bridge_collector.deliver.housekeeping import trim_regularly
from otel_bridge_collector.spool.cursor import Cursor
from otel_bridge_collector.spool.limits import SpoolLimits
from tests.support.spool import ROUTING, open_spool


def test_what_every_destination_has_goes_by_itself(tmp_path: Path) -> None:
    fast, slow = Cursor(tmp_path / "fast", at=4), Cursor(tmp_path / "slow", at=3)

    def segments() -> int:
        return len(list(tmp_path.glob("*.seg")))

    async def wait_for_segments(count: int) -> None:
        trimming = asyncio.create_task(
            trim_regularly(spool, lambda: min(fast.next_seq, slow.next_seq), interval_s=0.01)
        )
        try:
            async with asyncio.timeout(20):
                while segments() != count:  # noqa: ASYNC110 - a file that goes sets no event
                    await asyncio.sleep(0.01)
        finally:
            trimming.cancel()

    with open_spool(tmp_path, limits=SpoolLimits(segment_bytes=1, keep_bytes=0)) as spool:
        for payload in (b"1", b"2", b"3", b"4"):
            asyncio.run(spool.append(ROUTING, payload))

        asyncio.run(wait_for_segments(2))

        assert [record.seq for record in spool.reader(0).read().records] == [3, 4]
