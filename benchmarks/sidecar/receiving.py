"""P4: spans accepted and durable per second of processor time, beside rotel's blackhole, which keeps nothing."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Final

from benchmarks.sidecar.figure import Figure, figure
from benchmarks.sidecar.load import SPANS, bodies
from benchmarks.sidecar.peers import ROTEL, Receiver, installed, running
from benchmarks.sidecar.process import cpu_s, quiet
from benchmarks.sidecar.senders import send_grpc, send_http

_REQUESTS: Final = 1200
_WARM: Final = 50


def measure(rounds: int) -> list[Figure]:
    """Send the same requests to both, in turn."""
    rotel = installed(ROTEL)
    sent = list(bodies(20))
    found: dict[str, list[float]] = {"http": [], "grpc": [], "rotel http": [], "rotel grpc": []}
    for _ in range(rounds):
        with _own() as own:
            found["http"].append(_per_cpu_s(own, sent, "http"))
            found["grpc"].append(_per_cpu_s(own, sent, "grpc"))
        if rotel:
            with running(ROTEL, rotel) as peer:
                found["rotel http"].append(_per_cpu_s(peer, sent, "http"))
                found["rotel grpc"].append(_per_cpu_s(peer, sent, "grpc"))
    return [each for kind in ("http", "grpc") for each in _figures(kind, found[kind], found[f"rotel {kind}"])]


def _figures(kind: str, own: Sequence[float], peer: Sequence[float]) -> list[Figure]:
    name = {"http": "HTTP", "grpc": "gRPC"}[kind]
    figures = [figure("P4", f"spans received and durable per CPU second, {name}", own)]
    if peer:
        ratios = [mine / theirs for mine, theirs in zip(own, peer, strict=True)]
        figures += [
            figure("", f"the same of rotel's blackhole, {name}", peer),
            figure("P4", f"ratio of the two, {name}", ratios, at_least=2),
        ]
    return figures


def _per_cpu_s(receiver: Receiver, sent: Sequence[bytes], kind: str) -> float:
    send, address = (send_http, receiver.http) if kind == "http" else (send_grpc, receiver.grpc)
    send(address, sent, requests=_WARM)
    quiet(receiver.pid)
    before = cpu_s(receiver.pid)
    send(address, sent, requests=_REQUESTS)
    quiet(receiver.pid)
    return _REQUESTS * SPANS / (cpu_s(receiver.pid) - before)


@contextmanager
def _own() -> Generator[Receiver]:
    with tempfile.TemporaryDirectory(prefix="bench-receiver-") as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.sidecar.receiver", folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout  # noqa: S101 - it is a pipe
        try:
            yield Receiver(process.pid, **json.loads(process.stdout.readline()))
        finally:
            process.communicate("")
