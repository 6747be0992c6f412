"""Measure how long retention holds up who writes to the store and who reads it, and what room it gives back.

    python -m tests.support.retention_pause --rows 200000

Fills a store with traces of ten rows, of some 900 bytes each, lets one writer and one reader work without pause, and then removes the
older half of the rows. It prints the longest time of a written batch and of a read, before and during the pass.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from otel_bridge_collector.config.retention import Limits
from otel_bridge_collector.config.retention import Retention as Config
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.retention.policy import Policies
from otel_bridge_collector.retention.sweep import Reach, Report, Retention
from otel_bridge_collector.sinks.base import Batch
from otel_bridge_collector.sinks.store import StoreSink
from otel_bridge_collector.store.duckdb import DuckDBStore
from otel_bridge_collector.store.interface import Statement
from otel_bridge_collector.telemetry import Counters
from tests.support.rows import row

_START_S: Final = 1_790_000_000
_BATCH: Final = 1_000
_SMALL_BATCH: Final = 100
_TRACE: Final = 10
_ALONE_S: Final = 10.0
_WORDS: Final = [f"{random.Random(7).getrandbits(32):x}{number}" for number in range(20_000)]  # noqa: S311
_READ: Final = Statement(
    sql="SELECT id, input FROM store.rows WHERE project_id = 'p' ORDER BY pagination_key DESC LIMIT 50"
)


class _NoAttachments:
    def remove(self, *, older_than_s: float) -> tuple[int, int]:
        del older_than_s
        return 0, 0


def rows_from(first: int, count: int) -> list[RowWrite]:
    """Rows, a second after each other."""
    chance = random.Random(first)  # noqa: S311
    return [
        RowWrite(
            row=row(
                f"{number:016x}",
                root_span_id=f"{number // _TRACE:032x}",
                span_parents=[f"{number // _TRACE * _TRACE:016x}"] if number % _TRACE else None,
                created=datetime.fromtimestamp(_START_S + number, UTC).isoformat(),
                xact=(0x0DE1 << 48) | (_START_S + number) << 16,
                input=[{"role": "user", "content": " ".join(chance.choices(_WORDS, k=40))}],
                output=" ".join(chance.choices(_WORDS, k=30)),
                metrics={"start": _START_S + number, "tokens": number % 100},
            )
        )
        for number in range(first, first + count)
    ]


async def measure(folder: Path, rows: int) -> None:
    """Fill a store, remove half of it under load, and print what that took."""
    store = DuckDBStore(folder / "rows.duckdb")
    sink = StoreSink(store)
    for first in range(0, rows, _BATCH):
        await sink.send(Batch(writes=rows_from(first, _BATCH), next_seq=first + 1))
    await sink.on_writer(store.checkpoint)
    retention = _retention(store, sink, rows)
    load = _Load(store, sink, first=rows)
    alone = await load.during(lambda: asyncio.sleep(_ALONE_S))
    sys.stdout.write(f"{rows} rows, {store.file_bytes() >> 20} MiB; longest without retention: {alone}\n")
    meanwhile = await load.during(retention.run)
    _tell(retention.last, meanwhile)
    await sink.on_writer(store.checkpoint)
    sys.stdout.write(f"the file is {store.file_bytes() >> 20} MiB after the next checkpoint\n")
    sink.close()
    store.close()


def _tell(report: Report | None, meanwhile: str) -> None:
    assert report is not None
    assert not report.error
    sys.stdout.write(
        f"removed {report.rows} rows in {report.took_s:.1f} s; longest meanwhile: {meanwhile};"
        f" longest step {report.longest_step_s * 1000:.0f} ms, checkpoint {report.checkpoint_s * 1000:.0f} ms;"
        f" file {report.file_bytes_before >> 20} -> {report.file_bytes_after >> 20} MiB\n"
    )


def _retention(store: DuckDBStore, sink: StoreSink, rows: int) -> Retention:
    now = datetime.fromtimestamp(_START_S + rows, UTC)
    config = Config(logs=Limits(max_age=rows / 2))
    reach = Reach(
        rows=store,
        on_writer=sink.on_writer,
        policies=lambda config: Policies(config, [], []),
        attachments=_NoAttachments(),
        dead_letters=list,
        caught_up=lambda: True,
    )
    return Retention(config, reach, Counters(), now=lambda: now)


class _Load:
    def __init__(self, store: DuckDBStore, sink: StoreSink, *, first: int) -> None:
        self._store = store
        self._sink = sink
        self._first = first

    async def during(self, work: Callable[[], Awaitable[object]]) -> str:
        """Write and read without pause while something is done; return the longest of each."""
        done = asyncio.Event()
        writing = asyncio.create_task(self._write(done))
        reading = asyncio.create_task(self._read(done))
        await work()
        done.set()
        written, read = await asyncio.gather(writing, reading)
        return (
            f"batch of {_SMALL_BATCH} rows {max(written) * 1000:.0f} ms ({len(written)}),"
            f" read {max(read) * 1000:.0f} ms ({len(read)})"
        )

    async def _write(self, done: asyncio.Event) -> list[float]:
        took: list[float] = []
        while not done.is_set():
            writes = rows_from(self._first, _SMALL_BATCH)
            self._first += _SMALL_BATCH
            began = time.monotonic()
            await self._sink.send(Batch(writes=writes, next_seq=self._first + 1))
            took.append(time.monotonic() - began)
        return took

    async def _read(self, done: asyncio.Event) -> list[float]:
        took: list[float] = []
        while not done.is_set():
            began = time.monotonic()
            await asyncio.to_thread(self._store.select, _READ, timeout_s=60)
            took.append(time.monotonic() - began)
        return took


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=200_000)
    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(measure(Path(directory), parser.parse_args().rows))
