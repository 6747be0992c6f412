"""The sink into the store."""

import asyncio
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from otel_bridge_collector.errors import PermanentError
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.sinks.base import Batch
from otel_bridge_collector.sinks.store import StoreSink
from otel_bridge_collector.store.duckdb import DuckDBStore
from otel_bridge_collector.store.interface import Statement
from tests.support.rows import row


class ThreadedStore:
    """A store that remembers which threads wrote."""

    def __init__(self) -> None:
        self.threads: set[str] = set()

    def apply(self, writes: Sequence[RowWrite], *, next_seq: int) -> None:
        del writes, next_seq
        self.threads.add(threading.current_thread().name)

    def rewrite(self, writes: Sequence[RowWrite]) -> Mapping[str, int]:
        del writes
        return {}

    def next_seq(self) -> int:
        return 0

    def select(self, statement: Statement, *, timeout_s: float) -> list[tuple[object, ...]]:
        del statement, timeout_s
        return []

    def select_within(
        self, statement: Statement, *, timeout_s: float, max_bytes: int | None
    ) -> tuple[list[tuple[object, ...]], bool]:
        del max_bytes
        return self.select(statement, timeout_s=timeout_s), False

    def newest_xact_id(self) -> int:
        return 0

    def lacks(self, column: str, text: str, *, timeout_s: float) -> bool:
        del column, text, timeout_s
        return False

    def close(self) -> None:
        pass


def test_a_batch_is_in_the_store_once_it_is_sent(tmp_path: Path) -> None:
    store = DuckDBStore(tmp_path / "rows.duckdb")
    sink = StoreSink(store)

    asyncio.run(sink.send(Batch(writes=[RowWrite(row=row("a"))], next_seq=3)))

    found = (store.next_seq(), store.select(Statement(sql="SELECT id FROM store.rows"), timeout_s=10))
    sink.close()
    store.close()
    assert found == (3, [("a",)])


def test_a_batch_that_will_never_pass_says_so(tmp_path: Path) -> None:
    store = DuckDBStore(tmp_path / "rows.duckdb")
    sink = StoreSink(store)

    with pytest.raises(PermanentError):
        asyncio.run(sink.send(Batch(writes=[RowWrite(row={"id": "a"})], next_seq=3)))

    sink.close()
    store.close()


def test_one_thread_of_its_own_writes() -> None:
    async def send_twice(sink: StoreSink) -> None:
        await asyncio.gather(*(sink.send(Batch(writes=[], next_seq=number)) for number in (1, 2)))

    store = ThreadedStore()
    sink = StoreSink(store)
    asyncio.run(send_twice(sink))
    sink.close()

    assert store.threads == {"store-writer_0"}
