"""P6: bytes of OTLP to rows, in this process: `decode` and `translate`, without routing and store."""

import statistics
import time
from collections.abc import Sequence
from typing import Final

from benchmarks.sidecar.figure import Figure, figure
from benchmarks.sidecar.load import bodies

from otel_bridge_collector import translate
from otel_bridge_collector.decode import otlp_json, protobuf
from otel_bridge_collector.translate.span import CONVENTIONS
from tests.support.conventions import cases

_REQUESTS: Final = 10
_SECONDS: Final = 0.5
_GOAL_US: Final = 30
_GOAL_RATIO: Final = 1.5
_BASE: Final = "gen_ai"
_NAMES: Final = {convention.NAME for convention in CONVENTIONS}


def measure(rounds: int) -> list[Figure]:
    """Measure the load of the other parts, and the recorded spans of each convention; they are of different sizes."""
    recorded: dict[str, list[bytes]] = {}
    for case in cases():
        if case.convention in _NAMES:
            request = otlp_json.parse_traces(case.traces()).SerializeToString()
            recorded.setdefault(case.convention, []).append(request)
    load = list(bodies(_REQUESTS))
    own = [_us(load) for _ in range(rounds)]
    by_name = {name: [_us(requests) for _ in range(rounds)] for name, requests in recorded.items()}
    slowest = max(by_name, key=lambda name: statistics.median(by_name[name]))
    ratios = [mine / base for mine, base in zip(by_name[slowest], by_name[_BASE], strict=True)]
    return [
        figure("P6", "decode and translate of a 2.5 KB span, us", own, at_most=_GOAL_US),
        figure(
            "P6", f"the slowest convention, {slowest}, to {_BASE}, as recorded", ratios, at_most=_GOAL_RATIO
        ),
        *(figure("", f"the recorded spans of {name}, us a span", each) for name, each in by_name.items()),
    ]


def _us(requests: Sequence[bytes]) -> float:
    """Return the median microseconds of processor time of a span, over some turns through all requests."""
    turns: list[float] = []
    end_s = time.monotonic() + _SECONDS
    while not turns or time.monotonic() < end_s:
        spans = 0
        begin_s = time.thread_time()
        for request in requests:
            decoded = protobuf.spans_in(request)
            for begin in range(0, len(decoded), translate.SPANS_TOGETHER):
                translate.writes_of(decoded[begin : begin + translate.SPANS_TOGETHER])
            spans += len(decoded)
        turns.append((time.thread_time() - begin_s) / spans * 1e6)
    return statistics.median(turns)
