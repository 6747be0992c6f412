"""P6: bytes of OTLP to rows, in this process: `decode` and `translate`, without routing and store.

By the compiled translator where it is installed, as a sidecar does it; what Python alone takes is told beside it.
"""

import statistics
import time
from collections.abc import Mapping, Sequence
from typing import Final

from benchmarks.sidecar.figure import Figure, figure
from benchmarks.sidecar.load import bodies
from benchmarks.sidecar.sized import SIZE, Sized, calls_by_convention

from otel_bridge_collector.decode import otlp_json
from otel_bridge_collector.deliver.request_rows import RequestTranslator, python_rows, request_rows
from otel_bridge_collector.translate.span import CONVENTIONS
from tests.support.conventions import cases

_REQUESTS: Final = 10
_SECONDS: Final = 0.5
_GOAL_US: Final = 30
_GOAL_RATIO: Final = 1.5
_BASE: Final = "gen_ai"
_NAMES: Final = {convention.NAME for convention in CONVENTIONS}


def measure(rounds: int) -> list[Figure]:
    """Measure the load of the other parts, the recorded model calls of each convention as spans of its size, and all that was recorded.

    The last are as large as they were recorded, so that they are told without a goal.
    """
    recorded: dict[str, list[bytes]] = {}
    for case in cases():
        if case.convention in _NAMES:
            request = otlp_json.parse_traces(case.traces()).SerializeToString()
            recorded.setdefault(case.convention, []).append(request)
    load = list(bodies(_REQUESTS))
    sized = calls_by_convention(_NAMES)
    own = [_us(load) for _ in range(rounds)]
    by_python = [_us(load, python_rows) for _ in range(rounds)]
    of_calls = _in_turns({name: each.requests for name, each in sized.items()}, rounds)
    by_name = _in_turns(recorded, rounds)
    return [
        figure("P6", "decode and translate of a 2.5 KB span, us", own, at_most=_GOAL_US),
        figure("", "the same by Python alone, us", by_python),
        figure(
            "P6",
            f"the slowest convention, {_slowest(of_calls)}, to {_BASE}, model calls of {SIZE / 1000:g} KB",
            _ratios(of_calls),
            at_most=_GOAL_RATIO,
        ),
        *(
            figure("", f"model calls of {name}, {SIZE / 1000:g} KB each{_of(sized[name])}, us a span", each)
            for name, each in of_calls.items()
        ),
        figure("", f"the slowest convention, {_slowest(by_name)}, to {_BASE}, as recorded", _ratios(by_name)),
        *(figure("", f"the recorded spans of {name}, us a span", each) for name, each in by_name.items()),
    ]


def _in_turns(by_name: Mapping[str, Sequence[bytes]], rounds: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {name: [] for name in by_name}
    for _ in range(rounds):
        for name, requests in by_name.items():
            found[name].append(_us(requests))
    return found


def _slowest(by_name: Mapping[str, Sequence[float]]) -> str:
    return max(by_name, key=lambda name: statistics.median(by_name[name]))


def _ratios(by_name: Mapping[str, Sequence[float]]) -> list[float]:
    return [mine / base for mine, base in zip(by_name[_slowest(by_name)], by_name[_BASE], strict=True)]


def _of(sized: Sized) -> str:
    return (
        f" ({sized.calls} of {sized.calls + sized.left_out} calls: the others are larger)"
        if sized.left_out
        else ""
    )


def _us(requests: Sequence[bytes], translate: RequestTranslator = request_rows) -> float:
    """Return the median microseconds of processor time of a span, over some turns through all requests."""
    turns: list[float] = []
    end_s = time.monotonic() + _SECONDS
    while not turns or time.monotonic() < end_s:
        spans = 0
        begin_s = time.thread_time()
        for request in requests:
            spans += len(translate("traces", request).spans)
        turns.append((time.thread_time() - begin_s) / spans * 1e6)
    return statistics.median(turns)
