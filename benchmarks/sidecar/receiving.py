"""P4: spans accepted and durable per second of processor time, beside rotel's blackhole, which keeps nothing."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from benchmarks.sidecar.figure import Figure, figure
from benchmarks.sidecar.load import SPANS, bodies
from benchmarks.sidecar.peers import ROTEL, Receiver, installed, running
from benchmarks.sidecar.process import cpu_s, quiet
from benchmarks.sidecar.senders import send_grpc, send_http

from otel_bridge_collector.compiled import library

_REQUESTS: Final = 1200
_WARM: Final = 50


def measure(rounds: int) -> list[Figure]:
    """Send the same requests to each, in turn; where the compiled receiver is installed, also to ours without it."""
    rotel = installed(ROTEL)
    sent = list(bodies(20))
    found: dict[str, list[float]] = {}

    def take(name: str, receiver: Receiver) -> None:
        for kind in ("http", "grpc"):
            found.setdefault(name + kind, []).append(_per_cpu_s(receiver, sent, kind))

    for _ in range(rounds):
        with _own() as own:
            take("", own)
        if library():
            with _own("--plain") as plain:
                take("plain ", plain)
        if rotel:
            with running(ROTEL, rotel) as peer:
                take("rotel ", peer)
    return [each for kind in ("http", "grpc") for each in _figures(kind, found)]


def _figures(kind: str, found: Mapping[str, Sequence[float]]) -> list[Figure]:
    name = {"http": "HTTP", "grpc": "gRPC"}[kind]
    own, plain, peer = found[kind], found.get(f"plain {kind}"), found.get(f"rotel {kind}")
    figures = [figure("P4", f"spans received and durable per CPU second, {name}", own)]
    if plain:
        figures += [
            figure("", f"the same by Python alone, {name}", plain),
            figure("", f"ratio of the two, {name}", _ratios(own, plain)),
        ]
    if peer:
        figures += [
            figure("", f"the same of rotel's blackhole, {name}", peer),
            figure("P4", f"ratio of ours to rotel's, {name}", _ratios(own, peer), at_least=2),
        ]
    return figures


def _ratios(own: Sequence[float], other: Sequence[float]) -> list[float]:
    return [mine / theirs for mine, theirs in zip(own, other, strict=True)]


def _per_cpu_s(receiver: Receiver, sent: Sequence[bytes], kind: str) -> float:
    send, address = (send_http, receiver.http) if kind == "http" else (send_grpc, receiver.grpc)
    send(address, sent, requests=_WARM)
    quiet(receiver.pid)
    before = cpu_s(receiver.pid)
    send(address, sent, requests=_REQUESTS)
    quiet(receiver.pid)
    return _REQUESTS * SPANS / (cpu_s(receiver.pid) - before)


@contextmanager
def _own(*flags: str) -> Generator[Receiver]:
    with tempfile.TemporaryDirectory(prefix="bench-receiver-") as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.sidecar.receiver", folder, *flags],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout  # noqa: S101 - it is a pipe
        try:
            yield Receiver(process.pid, **json.loads(process.stdout.readline()))
        finally:
            process.communicate("")
