"""The ledger follows the spool behind the store."""

import asyncio
from contextlib import closing
from pathlib import Path

from otel_bridge_collector.receipt.keeper import ReceiptKeeper
from otel_bridge_collector.receipt.ledger import ReceiptLedger
from tests.collector.receipt.test_ledger import A, arrived, record, told
from tests.support.spool import open_spool


class StoreUpTo:
    """A store that has what lies below `seq`."""

    def __init__(self, seq: int) -> None:
        self.seq = seq
        self.moved = asyncio.Event()

    async def reached(self, seq: int, *, timeout_s: float) -> bool:
        while self.seq < seq:
            self.moved.clear()
            await self.moved.wait()
        del timeout_s
        return True


def test_only_what_the_store_has_is_counted(tmp_path: Path) -> None:
    async def run() -> list[dict[str, int]]:
        with closing(ReceiptLedger(tmp_path / "receipts.sqlite")) as ledger, open_spool(tmp_path) as spool:
            store = StoreUpTo(1)
            keeper = ReceiptKeeper(spool, store, ledger, now_ns=lambda: 9)
            task = asyncio.create_task(keeper.run())
            await spool.append(record(1, told(A, 1)).routing, b"")
            seen = []
            assert not await keeper.reached(spool.end_seq, timeout_s=0.05)
            seen.append(arrived(ledger))
            store.seq = spool.end_seq
            store.moved.set()
            assert await keeper.reached(spool.end_seq, timeout_s=10)
            seen.append(arrived(ledger))
            task.cancel()
        return seen

    assert asyncio.run(run()) == [{}, {A: 10}]


def test_a_restart_goes_on_where_the_ledger_stands(tmp_path: Path) -> None:
    async def run() -> dict[str, int]:
        with closing(ReceiptLedger(tmp_path / "receipts.sqlite")) as ledger, open_spool(tmp_path) as spool:
            ReceiptKeeper(spool, StoreUpTo(9), ledger, now_ns=lambda: 9)
            for batch in (1, 2):
                await spool.append(record(batch, told(A, batch)).routing, b"")
            for _ in range(2):
                keeper = ReceiptKeeper(spool, StoreUpTo(9), ledger, now_ns=lambda: 9)
                task = asyncio.create_task(keeper.run())
                assert await keeper.reached(spool.end_seq, timeout_s=10)
                task.cancel()
            return arrived(ledger)

    assert asyncio.run(run()) == {A: 20}
