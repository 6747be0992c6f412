"""What one batch of about 1,000 spans costs where it is searched for media, routed and stored, alone in one process.

    valgrind --tool=cachegrind --cache-sim=no python -m benchmarks.sidecar.batches store 2

counts the instructions of two batches and of all that is made ready before, which is the same for any number: the difference to
another number of batches is theirs. Without valgrind, the least processor time of a batch is printed.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from benchmarks.sidecar.load import SPANS, endless

from otel_bridge_collector.deliver.media import MediaKeeper
from otel_bridge_collector.deliver.route import Router
from otel_bridge_collector.deliver.rows import Translator
from otel_bridge_collector.garbage import search_rarely
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.spool.record import Record, Routing
from otel_bridge_collector.store.attachments import Attachments
from otel_bridge_collector.store.duckdb import DuckDBStore
from otel_bridge_collector.store.objects import Objects
from otel_bridge_collector.store.xact import XactClock
from otel_bridge_collector.translate.cost import estimated_cost

_REQUESTS: Final = 10
"""In a batch."""

_MOST: Final = 8
"""Batches that are made ready."""


def measure(folder: Path, objects: Objects, store: DuckDBStore, what: str, batches: int) -> list[float]:
    """Return the processor seconds of each batch."""
    router = Router(objects, default_parent="project_name:bench")
    translated = list(_translated(_MOST * _REQUESTS))
    routed = [router.route(routing, writes) for routing, writes in translated]
    whole = [_joined(routed[at : at + _REQUESTS]) for at in range(0, len(routed), _REQUESTS)]
    keeper = MediaKeeper(Attachments(folder / "attachments"), min_bytes=0)
    steps: dict[str, Callable[[int], object]] = {
        "route": lambda at: [
            router.route(*each) for each in translated[at * _REQUESTS : (at + 1) * _REQUESTS]
        ],
        "media": lambda at: keeper.keep(whole[at]),
        "store": lambda at: store.apply(whole[at], next_seq=at + 1),
    }
    search_rarely()
    return [_seconds(steps[what], at) for at in range(batches)]


def _translated(requests: int) -> list[tuple[Routing, Sequence[RowWrite]]]:
    translator, clock = Translator(), XactClock(0, now_s=lambda: 1_760_000_000)
    made: list[tuple[Routing, Sequence[RowWrite]]] = []
    for number, body in enumerate(islice(endless(), requests)):
        routing = Routing(signal="traces", parent=None, xact=clock.next(), received_ns=0)
        record = Record(seq=number + 1, routing=routing, payload=body)
        made.append((routing, translator.translate(record).writes))
    return made


def _joined(requests: Sequence[Sequence[RowWrite]]) -> list[RowWrite]:
    return [write for writes in requests for write in writes]


def _seconds(step: Callable[[int], object], at: int) -> float:
    begin = time.thread_time()
    step(at)
    return time.thread_time() - begin


def main(what: str, batches: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="bench-batches-") as name:
        folder = Path(name)
        objects = Objects(folder / "objects.sqlite")
        store = DuckDBStore(
            folder / "rows.duckdb", threads=1, price=estimated_cost, means_ratings=objects.means_ratings
        )
        found = measure(folder, objects, store, what, batches)
    print(f"{what}: {min(found) / (_REQUESTS * SPANS) * 1e6:.1f} us a span", flush=True)
    os._exit(0)  # a store that is closed writes once more all that was stored


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
