"""One measurement in a process of its own: `child.py LIBRARY WORKLOAD burst|sustain SINK_URL SPANS` prints a line of JSON.

It stands beside `library.py` and `workload.py` and imports nothing of the repository, so that it runs in each library's environment.
"""

import json
import logging
import os
import statistics
import sys
import time
import urllib.request
import warnings
from typing import Any, Final

from library import LIBRARIES, Library, redact  # type: ignore[import-not-found]  # beside this script
from workload import BURST, Run, runs  # type: ignore[import-not-found]  # beside this script

_ROUNDS: Final = 15
_QUIET_S: Final = 2.0


def burst(library: Library, run: Run, untraced: Run, spans: int) -> dict[str, Any]:
    """What a span adds to the time of its callers, when nothing is sent meanwhile; in microseconds."""
    for _ in range(3):
        run(spans)
        library.flush()
    wall, plain, cpu = [], [], []
    for _ in range(_ROUNDS):
        begin = time.perf_counter()
        untraced(spans)
        plain.append((time.perf_counter() - begin) / spans)
        begin, begin_cpu = time.perf_counter(), time.process_time()
        run(spans)
        wall.append((time.perf_counter() - begin) / spans)
        cpu.append((time.process_time() - begin_cpu) / spans)
        library.flush()
    base = statistics.median(plain)
    return {"us": (statistics.median(wall) - base) * 1e6, "cpu_us": (statistics.median(cpu) - base) * 1e6}


def sustain(library: Library, run: Run, url: str, spans: int) -> dict[str, Any]:
    """What it takes to make spans as fast as possible and to send them all."""
    run(128)
    library.flush()
    _ask(f"{url}/__reset")
    begin, begin_cpu = time.perf_counter(), time.process_time()
    run(spans)
    made = time.perf_counter() - begin
    library.flush()
    kept, settled = _settled(url)
    took, cpu = settled - begin, time.process_time() - begin_cpu
    return {
        "spans": spans, "kept": kept, "made_us": made / spans * 1e6, "kept_per_s": kept / took,
        "cpu_s_per_100k": cpu / max(kept, 1) * 1e5, "lost_said": library.lost(),
    }  # fmt: skip


def _settled(url: str) -> tuple[int, float]:
    """How many spans arrived, and when the last of them was seen: a flush may give up before all is sent."""
    kept, since = -1, time.perf_counter()
    while time.perf_counter() - since < _QUIET_S:
        if (now := _ask(f"{url}/__stats")["spans"]) != kept:
            kept, since = now, time.perf_counter()
        time.sleep(_QUIET_S / 4)
    return kept, since


def _ask(url: str) -> Any:
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - the sink
        return json.loads(answer.read())


def main(name: str, workload: str, mode: str, url: str, spans: int) -> None:
    library = LIBRARIES[name](url, redact if workload == "d" else None)
    run = runs(library.traced, library.chat)[workload]
    if mode == "burst":
        untraced = runs(lambda function: function, lambda *_: None)[workload]
        result = burst(library, run, untraced, BURST[workload])
    else:
        result = sustain(library, run, url, spans)
    print(json.dumps(result), flush=True)
    os._exit(0)  # without what the library would still wait for


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    name_, workload_, mode_, url_, spans_ = sys.argv[1:]
    main(name_, workload_, mode_, url_, int(spans_))
