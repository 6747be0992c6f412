"""Fuzz `decode` and `translate` for a while: `python -m tests.fuzz.translate --seconds 600`, or `make fuzz`.

It changes recorded requests (`mutation`) and checks that no span makes translation raise, change its argument or give a
row that cannot be written. What fails is printed with its seed, and `--seed` runs that one again.
"""

import argparse
import sys
import time
import traceback
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Final

import orjson
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from otel_bridge_collector.decode import otlp_json, protobuf
from otel_bridge_collector.decode.structure import check_traces
from otel_bridge_collector.errors import MalformedBodyError
from otel_bridge_collector.model import Span
from otel_bridge_collector.translate import CONVENTIONS, NestedCalls, span_writes
from tests.fuzz.mutation import attributes_of, mutated

RECORDED: Final = Path(__file__).parents[1] / "conventions"
_REPORT_EVERY_S: Final = 30.0


def recorded_requests(folder: Path = RECORDED) -> list[ExportTraceServiceRequest]:
    """Return the trace requests with attributes below `folder`, in OTLP/JSON and in protobuf."""
    files = [file for file in sorted(folder.rglob("*")) if ".logs." not in file.name]
    in_json = [
        otlp_json.parse_traces(file.read_bytes()) for file in files if file.name.endswith(".otlp.json")
    ]
    in_protobuf = [protobuf.parse_traces(file.read_bytes()) for file in files if file.suffix == ".binpb"]
    return [request for request in (*in_json, *in_protobuf) if attributes_of(request)]


def try_seed(seeds: Sequence[ExportTraceServiceRequest], seed: int) -> None:
    """Translate the request of one seed.

    Raises:
        Exception: whatever the request breaks.
    """
    body = mutated(seeds, Random(seed))  # noqa: S311 - chance, not secrecy
    try:
        request = check_traces(protobuf.parse_traces(body)).request
    except MalformedBodyError:
        return
    calls = NestedCalls()
    for span in protobuf.spans(request):
        _translate(span, calls)


def _translate(span: Span, calls: NestedCalls) -> None:
    before = deepcopy(span)
    writes = span_writes(span)
    writes += calls.observe(span, writes[0].row) if writes else []
    for write in writes:
        orjson.dumps(write.row)
    for convention in CONVENTIONS:
        convention.translate(span)
    if span != before:
        raise AssertionError("a span was changed")


def fuzz(seeds: Sequence[ExportTraceServiceRequest], *, seconds: float, first_seed: int) -> int:
    """Try seeds until the time is up; return how many broke something."""
    start = time.monotonic()
    reported, broken, seed = start, 0, first_seed
    while (now := time.monotonic()) - start < seconds:
        if now - reported > _REPORT_EVERY_S:
            reported = now
            print(f"{seed - first_seed} requests, {broken} broke something", flush=True)  # noqa: T201 - a command
        broken += not _survives(seeds, seed)
        seed += 1
    print(f"{seed - first_seed} requests from seed {first_seed} on, {broken} broke something")  # noqa: T201 - a command
    return broken


def _survives(seeds: Sequence[ExportTraceServiceRequest], seed: int) -> bool:
    try:
        try_seed(seeds, seed)
    except Exception:  # noqa: BLE001 - what it may raise is the question
        print(f"seed {seed}:\n{traceback.format_exc(limit=-6)}", flush=True)  # noqa: T201 - a command
        return False
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0, help="how long")
    parser.add_argument("--first-seed", type=int, default=time.time_ns() % 10**9, help="where to begin")
    parser.add_argument("--seed", type=int, help="run this one alone")
    parser.add_argument("--recorded", type=Path, default=RECORDED, help="folder of requests to change")
    arguments = parser.parse_args()
    seeds = recorded_requests(arguments.recorded)
    if arguments.seed is not None:
        try_seed(seeds, arguments.seed)
        return
    sys.exit(1 if fuzz(seeds, seconds=arguments.seconds, first_seed=arguments.first_seed) else 0)


if __name__ == "__main__":
    main()
