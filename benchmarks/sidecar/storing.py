"""P5: OTLP to rows in the store, per second of processor time of the whole sidecar; and P10: the same where many rows are stored."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.progress import tell
from benchmarks.sidecar.figure import Figure, figure
from benchmarks.sidecar.load import SPANS, endless
from benchmarks.sidecar.peers import STORING, Peer, installed, running
from benchmarks.sidecar.process import cpu_s, own_cpu_s, quiet
from benchmarks.sidecar.senders import send_http
from benchmarks.sidecar.stored import count_rows, grown, wait_for

from tests.support.collector import Collector, running_command

SMALL: Final = 100_000
LARGE: Final = 10_000_000
_REQUESTS: Final = 300
_WARM: Final = 30
_SENT: Final = (_WARM + _REQUESTS) * SPANS
"""Spans of one round."""
_STORED_S: Final = 600.0
_PEER_REQUESTS: Final = 10
_PEER_WARM: Final = 2
_PEER_ROUNDS: Final = 2
"""They take seconds of processor time for a thousand spans."""


def measure(rounds: int) -> list[Figure]:
    """Begin each round with an empty store."""
    found: list[float] = []
    own: list[float] = []
    for number in range(rounds):
        with (
            tempfile.TemporaryDirectory(prefix="bench-store-") as folder,
            running_command(Path(folder) / "data") as collector,
        ):
            cost = _cost_of_span(collector, endless(seed=number + 1), 0)
            found.append(1 / cost.all_s)
            own.append(1 / cost.own_s)
    figures = [
        figure("P5", "OTLP to row in the store, spans per CPU second", found, at_least=12_000),
        figure(
            "", "the same without the process that translates: what one Python can store in a second", own
        ),
    ]
    for name, peer in STORING.items():
        if program := installed(peer):
            theirs = [_peer_per_cpu_s(peer, program, number) for number in range(min(rounds, _PEER_ROUNDS))]
            ratio = statistics.median(found) / statistics.median(theirs)
            figures += [
                figure("", f"the same of {name}", theirs),
                figure("P5", f"ratio to {name}", [ratio], at_least=35),
            ]
    return figures


def measure_growth(rounds: int, *, large: int = LARGE, keep: Path | None = None) -> list[Figure]:
    """Compare a span's cost where `large` rows are stored with that where `SMALL` are; `keep` as in `querying.measure`.

    Both stores are used in turns, and keep what each round wrote: a few thousandths of the large one, a third of the small one.
    """
    found: dict[int, list[float]] = {SMALL: [], large: []}
    with grown(SMALL, keep) as small_store, grown(large, keep) as large_store:
        for number in range(rounds):
            for (rows, costs), data in zip(found.items(), (small_store, large_store), strict=True):
                tell(f"round {number + 1} of {rounds}: {rows:,} rows stored")
                with running_command(data) as collector:
                    quiet(collector.process.pid)
                    stored = rows + number * _SENT
                    costs.append(_cost_of_span(collector, endless(seed=number + 1), stored).all_s)
    ratios = [most / least for least, most in zip(*found.values(), strict=True)]
    return [
        *(
            figure("", f"CPU microseconds of a span, {rows:,} rows stored", [1e6 * each for each in costs])
            for rows, costs in found.items()
        ),
        figure("P10", f"the cost at {large:,} rows to that at {SMALL:,}", ratios, at_most=1.25),
    ]


def _peer_per_cpu_s(peer: Peer, program: Path, number: int) -> float:
    made = endless(seed=number + 1)
    with running(peer, program) as receiver:
        quiet(receiver.pid)
        warm = list(islice(made, _PEER_WARM))
        send_http(receiver.http, warm, requests=_PEER_WARM, headers=peer.headers)
        quiet(receiver.pid)
        before = cpu_s(receiver.pid)
        bodies = list(islice(made, _PEER_REQUESTS))
        send_http(receiver.http, bodies, requests=_PEER_REQUESTS, headers=peer.headers)
        quiet(receiver.pid)
        return _PEER_REQUESTS * SPANS / (cpu_s(receiver.pid) - before)


class _Cost(NamedTuple):
    """Seconds of processor time for a span."""

    all_s: float
    own_s: float
    """Without the processes that the sidecar has begun."""


def _cost_of_span(collector: Collector, made: Iterator[bytes], stored: int) -> _Cost:
    address = collector.otlp_http.removeprefix("http://")
    send_http(address, list(islice(made, _WARM)), requests=_WARM)
    wait_for(collector, stored + _WARM * SPANS, timeout_s=_STORED_S)
    quiet(collector.process.pid)
    before, own_before = cpu_s(collector.process.pid), own_cpu_s(collector.process.pid)
    send_http(address, list(islice(made, _REQUESTS)), requests=_REQUESTS)
    end_s = time.monotonic() + _STORED_S
    while True:
        quiet(collector.process.pid, timeout_s=_STORED_S)
        used_s = cpu_s(collector.process.pid) - before
        own_s = own_cpu_s(collector.process.pid) - own_before
        # Where other programs take the processors, it may only seem to be quiet.
        if count_rows(collector) == stored + _SENT:
            return _Cost(used_s / (_REQUESTS * SPANS), own_s / (_REQUESTS * SPANS))
        if time.monotonic() > end_s:
            raise TimeoutError(
                f"not {stored + _SENT} rows after {_STORED_S:g} s, but {count_rows(collector)}"
            )
