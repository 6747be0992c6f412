"""P8: queries over a million rows, through the API of a sidecar, while nothing is written and while 2,000 spans come in a second."""

import statistics
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import httpx
from benchmarks.progress import tell
from benchmarks.sidecar.figure import Figure, figure
from benchmarks.sidecar.pace import Pace
from benchmarks.sidecar.stored import NEEDLE, grown

from tests.support.collector import Collector, running_command

ROWS: Final = 1_000_000
_SPANS_PER_S: Final = 2_000
_WARM: Final = 1
_TIMES: Final = 7
_TIMES_BESIDE: Final = 3
_FROM: Final = "from: project_logs('bench-0')"

QUERIES: Final[Mapping[str, tuple[str, float]]] = {
    "newest 50 roots": (f"select: * | {_FROM} | filter: is_root = true | limit: 50", 60),
    "one trace": (f"select: * | {_FROM} | filter: root_span_id = '{{trace}}'", 60),
    "metadata equality, newest 50": (
        f"select: * | {_FROM} | filter: metadata.user_id = 'u17' | limit: 50",
        250,
    ),
    "score filter, newest 50": (f"select: * | {_FROM} | filter: scores.Factuality > 0.9 | limit: 50", 60),
    "hour x model of 7 days": (
        f"dimensions: hour(created) as hour, metadata.model as model"
        f" | measures: count(1) as spans, sum(metrics.tokens) as tokens, avg(duration) as took"
        f" | {_FROM} | filter: created > now() - interval 7 day",
        120,
    ),
    "substring in a day": (
        f"select: id, created | {_FROM} | filter: created > now() - interval 1 day"
        f" and (input like '%{NEEDLE}%' or output like '%{NEEDLE}%') | limit: 100",
        1_000,
    ),
    "newest 50 traces summed up": (
        "select: * | from: project_logs('bench-0') summary | limit: 50",
        0,
    ),
}
"""What is asked -> the query, and the milliseconds that the goal allows; 0 where there is no goal."""


def measure(rounds: int, *, rows: int = ROWS, keep: Path | None = None) -> list[Figure]:
    """Ask each query, warm.

    Args:
        rounds: each asks every query some times.
        rows: in the store.
        keep: a folder where the store is kept for the next time; None to delete it.
    """
    with grown(rows, keep) as used, running_command(used) as collector:
        queries = _queries(collector)
        tell("asking while nothing is written")
        alone = _times(collector, queries, rounds, times=_TIMES)
        tell(f"asking while {_SPANS_PER_S:,} spans come in a second")
        with Pace(collector, spans_per_s=_SPANS_PER_S) as pace:
            beside = _times(collector, queries, rounds, times=_TIMES_BESIDE)
        print(f"written beside: {pace.sent:,} spans, {pace.rate():,.0f} a second")
    return [each for name in queries for each in _figures(name, alone[name], beside[name])]


def _figures(name: str, alone: Sequence[float], beside: Sequence[float]) -> list[Figure]:
    limit = QUERIES[name][1]
    if not limit:
        return [figure("", f"{name}, ms", alone), figure("", f"{name}, while written, ms", beside)]
    return [
        figure("P8", f"{name}, ms", alone, at_most=limit),
        figure("P8", f"{name}, while written, ms", beside, at_most=2 * limit),
    ]


def _queries(collector: Collector) -> dict[str, str]:
    newest = collector.query(f"select: root_span_id | {_FROM} | filter: is_root = true | limit: 400")
    trace = str(newest[-1]["root_span_id"])
    return {name: query.replace("{trace}", trace) for name, (query, _) in QUERIES.items()}


def _times(
    collector: Collector, queries: Mapping[str, str], rounds: int, *, times: int
) -> dict[str, list[float]]:
    """Return for each query the median milliseconds of each round."""
    found: dict[str, list[float]] = {name: [] for name in queries}
    for _ in range(rounds):
        for name, query in queries.items():
            # One client: to make one takes longer than most answers.
            with httpx.Client(base_url=collector.api, timeout=60) as client:
                took = [_milliseconds(client, query) for _ in range(_WARM + times)]
            found[name].append(statistics.median(took[_WARM:]))
    return found


def _milliseconds(client: httpx.Client, query: str) -> float:
    begin_s = time.perf_counter()
    rows = client.post("/btql", json={"query": query, "fmt": "json"}).raise_for_status().json()["data"]
    took_ms = (time.perf_counter() - begin_s) * 1e3
    if not rows:
        raise AssertionError(f"found nothing: {query}")
    return took_ms
