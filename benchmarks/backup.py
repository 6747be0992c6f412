"""How long a backup takes, and how long it holds up rows on their way into the store.

python -m benchmarks.backup --rows 200000
"""

import argparse
import tempfile
import threading
import time
from pathlib import Path
from uuid import uuid4

import httpx

from tests.support.collector import Collector, running_command

_BATCH = 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder, running_command(Path(folder) / "data") as collector:
        for first in range(0, rows, _BATCH):
            keep(collector, [f"r{number}" for number in range(first, first + _BATCH)], "x" * 40)
        readable(collector)
        alone = [readable(collector) for _ in range(30)]
        over = threading.Event()
        during: list[float] = []
        watching = threading.Thread(target=lambda: watch(collector, over, during))
        watching.start()
        begin_s = time.perf_counter()
        received = sum(map(len, backup(collector)))
        took_s = time.perf_counter() - begin_s
        over.set()
        watching.join()
    print(f"{rows} rows, {received >> 20} MiB in {took_s:.2f} s")
    print(f"a row until it can be read: {told(alone)} alone, {told(during)} during the backup")


def backup(collector: Collector) -> list[bytes]:
    with httpx.stream("POST", f"{collector.api}/v1/backup", timeout=600) as response:
        return list(response.raise_for_status().iter_raw(1 << 20))


def watch(collector: Collector, over: threading.Event, during: list[float]) -> None:
    while not over.is_set():
        during.append(readable(collector))


def readable(collector: Collector) -> float:
    """The seconds that a row takes from its request until a query has it."""
    begin_s = time.perf_counter()
    name = uuid4().hex
    keep(collector, [name], "y")
    while not collector.query(f"select: id | from: project_logs('p') spans | filter: id = '{name}'"):
        pass
    return time.perf_counter() - begin_s


def keep(collector: Collector, ids: list[str], text: str) -> None:
    rows = [{"id": each, "project_id": "p", "log_id": "g", "input": f"{uuid4()} {text}"} for each in ids]
    httpx.post(f"{collector.api}/logs3", json={"rows": rows}, timeout=600).raise_for_status()


def told(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    return f"median {ordered[len(ordered) // 2] * 1000:.0f} ms, longest {ordered[-1] * 1000:.0f} ms of {len(ordered)}"


if __name__ == "__main__":
    main()
