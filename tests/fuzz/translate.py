"""Fuzz `decode` and `translate` for a while: `python -m tests.fuzz.translate --seconds 600`, or `make fuzz`.

It changes recorded requests (`mutation`) and checks that no span or log record makes translation raise, change its argument or give a
row that cannot be written. What fails is printed with its seed, and `--seed` runs that one again.
"""

import argparse
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Final

import orjson
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from otel_bridge_collector.decode import otlp_json, protobuf
from otel_bridge_collector.decode.structure import check_logs, check_traces
from otel_bridge_collector.errors import MalformedBodyError
from otel_bridge_collector.model import Span
from otel_bridge_collector.translate import CONVENTIONS, NestedCalls, record_writes, span_writes
from tests.fuzz.mutation import Request, attributes_of, mutated

RECORDED: Final = Path(__file__).parents[1] / "conventions"
_REPORT_EVERY_S: Final = 30.0


def recorded_requests(folder: Path = RECORDED) -> list[Request]:
    """Return the requests with attributes below `folder`, in OTLP/JSON and in protobuf."""
    files = [file for file in sorted(folder.rglob("*")) if file.name.endswith((".otlp.json", ".binpb"))]
    return [request for file in files if attributes_of(request := _recorded(file))]


def _recorded(file: Path) -> Request:
    decoder = protobuf if file.suffix == ".binpb" else otlp_json
    parse: Callable[[bytes], Request] = decoder.parse_logs if ".logs." in file.name else decoder.parse_traces
    return parse(file.read_bytes())


def try_seed(seeds: Sequence[Request], seed: int) -> None:
    """Translate the request of one seed.

    Raises:
        Exception: whatever the request breaks.
    """
    chance = Random(seed)  # noqa: S311 - chance, not secrecy
    recorded = chance.choice(seeds)
    body = mutated(recorded, chance.choice(seeds), chance)
    with suppress(MalformedBodyError):
        if isinstance(recorded, ExportLogsServiceRequest):
            _try_logs(body)
        else:
            _try_traces(body)


def _try_logs(body: bytes) -> None:
    for record in protobuf.log_records(check_logs(protobuf.parse_logs(body)).request):
        for write in record_writes(record):
            orjson.dumps(write.row)


def _try_traces(body: bytes) -> None:
    calls = NestedCalls()
    for span in protobuf.spans(check_traces(protobuf.parse_traces(body)).request):
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


def fuzz(seeds: Sequence[Request], *, seconds: float, first_seed: int) -> int:
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


def _survives(seeds: Sequence[Request], seed: int) -> bool:
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
