"""A sender that keeps a pace, in a process of its own, so that it takes nothing from who measures."""

import json
import subprocess
import sys
import threading
import time
from itertools import chain
from types import TracebackType
from typing import Final

import httpx
from benchmarks.sidecar.load import SPANS, endless

from tests.support.collector import Collector

_STOP_S: Final = 60.0


class Pace:
    """Sends spans to a sidecar at a rate, from `with` on until it ends.

    Attributes:
        sent: spans that were accepted; known at the end.
    """

    def __init__(self, collector: Collector, *, spans_per_s: int) -> None:
        self._command = [
            sys.executable,
            "-m",
            "benchmarks.sidecar.pace",
            collector.otlp_http,
            str(spans_per_s),
        ]
        self.sent = 0
        self._took_s = 0.0

    def __enter__(self) -> "Pace":
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout  # noqa: S101 - it is a pipe
        self._process.stdout.readline()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        told, _ = self._process.communicate("end", timeout=_STOP_S)
        result = json.loads(told)
        self.sent, self._took_s = result["spans"], result["seconds"]

    def rate(self) -> float:
        """Return how many spans a second were accepted."""
        return self.sent / self._took_s


def main() -> None:
    """`URL SPANS_PER_S`: say when it begins, send until standard input ends or says a word, and say how many."""
    url, rate = sys.argv[1], int(sys.argv[2])
    ended = threading.Event()
    threading.Thread(target=_wait_for_end, args=(ended,), daemon=True).start()
    made = endless(seed=time.time_ns() % 2**15)
    first = next(made)
    print("begun", flush=True)
    begin_s = time.monotonic()
    sent = 0
    headers = {"content-type": "application/x-protobuf", "x-bt-parent": "project_name:bench-0"}
    with httpx.Client(base_url=url, timeout=60, headers=headers) as client:
        for body in chain([first], made):
            wait_s = begin_s + sent / rate - time.monotonic()
            if ended.wait(max(wait_s, 0)):
                break
            client.post("/v1/traces", content=body).raise_for_status()
            sent += SPANS
    print(json.dumps({"spans": sent, "seconds": time.monotonic() - begin_s}))


def _wait_for_end(ended: threading.Event) -> None:
    sys.stdin.read(1)
    ended.set()


if __name__ == "__main__":
    main()
