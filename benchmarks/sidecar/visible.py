"""P7: from the answer 200 to the answer of a query that has the span, while 3,000 spans come in a second."""

import statistics
import tempfile
import time
from pathlib import Path
from typing import Final

import httpx
from benchmarks.sidecar.figure import Figure, figure
from benchmarks.sidecar.load import endless
from benchmarks.sidecar.pace import Pace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.support.collector import Collector, running_command

_SPANS_PER_S: Final = 3_000
_PROBES: Final = 100
_EVERY_S: Final = 0.2
_LATEST_S: Final = 20.0


def measure(rounds: int) -> list[Figure]:
    """Send requests beside the load and ask for a span of each until it is there."""
    medians: list[float] = []
    worst: list[float] = []
    for number in range(rounds):
        with (
            tempfile.TemporaryDirectory(prefix="bench-visible-") as folder,
            running_command(Path(folder) / "data") as collector,
        ):
            with Pace(collector, spans_per_s=_SPANS_PER_S) as pace:
                waits = _waits(collector, number)
            print(f"sent beside: {pace.rate():,.0f} spans a second")
        medians.append(statistics.median(waits))
        worst.append(statistics.quantiles(waits, n=100)[98])
    return [
        figure("", f"200 OK to queryable at {_SPANS_PER_S:,} spans a second, median, s", medians),
        figure("P7", f"200 OK to queryable at {_SPANS_PER_S:,} spans a second, p99, s", worst, at_most=1),
    ]


def _waits(collector: Collector, seed: int) -> list[float]:
    waits: list[float] = []
    made = endless(seed=40_000 + seed, kinds=10)
    headers = {"content-type": "application/x-protobuf", "x-bt-parent": "project_name:bench-0"}
    with httpx.Client(timeout=60, headers=headers) as client:
        for _ in range(_PROBES):
            body = next(made)
            client.post(f"{collector.otlp_http}/v1/traces", content=body).raise_for_status()
            begin_s = time.perf_counter()
            is_there = _is_found(collector, _last_span_id(body))
            waits.append(time.perf_counter() - begin_s)
            if not is_there:
                print(f"not there after {_LATEST_S:g} s: the store falls ever more behind")
                return [*waits, waits[-1]]  # two are needed for quantiles
            time.sleep(_EVERY_S)
    return waits


def _last_span_id(body: bytes) -> str:
    return ExportTraceServiceRequest.FromString(body).resource_spans[0].scope_spans[0].spans[-1].span_id.hex()


def _is_found(collector: Collector, span_id: str) -> bool:
    query = f"select: id | from: project_logs('bench-0') | filter: span_id = '{span_id}'"
    end_s = time.monotonic() + _LATEST_S
    while time.monotonic() < end_s:
        if collector.query(query):
            return True
    return False
