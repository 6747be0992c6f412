"""P4: spans accepted and durable per second of processor time, beside rotel's blackhole, which keeps nothing."""

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.sidecar.figure import Figure, figure
from benchmarks.sidecar.load import SPANS, bodies
from benchmarks.sidecar.process import cpu_s, quiet
from benchmarks.sidecar.senders import send_grpc, send_http

PEERS: Final = Path(".venv-peers")
_REQUESTS: Final = 1200
_WARM: Final = 50
_START_S: Final = 20.0


class Receiver(NamedTuple):
    """A process that takes OTLP."""

    pid: int
    http: str
    grpc: str


def measure(rounds: int) -> list[Figure]:
    """Send the same requests to both, in turn."""
    rotel = _rotel_agent()
    sent = list(bodies(20))
    found: dict[str, list[float]] = {"http": [], "grpc": [], "rotel http": [], "rotel grpc": []}
    for _ in range(rounds):
        with _own() as own:
            found["http"].append(_per_cpu_s(own, sent, "http"))
            found["grpc"].append(_per_cpu_s(own, sent, "grpc"))
        if rotel:
            with _peer(rotel) as peer:
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


@contextmanager
def _peer(agent: Path) -> Generator[Receiver]:
    http, grpc = (f"127.0.0.1:{_free_port()}" for _ in range(2))
    process = subprocess.Popen(
        [
            agent,
            "start",
            "--otlp-http-endpoint",
            http,
            "--otlp-grpc-endpoint",
            grpc,
            "--exporter",
            "blackhole",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(http)
        _wait_for(grpc)
        yield Receiver(process.pid, http, grpc)
    finally:
        process.terminate()
        process.wait(_START_S)


def _rotel_agent() -> Path | None:
    """Return the peer's program, installed into an environment of its own; None where it cannot be had."""
    folder = PEERS / "rotel"
    if not folder.exists():
        venv.create(folder, with_pip=True)
        command = [str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", "rotel"]
        if subprocess.run(command, check=False).returncode:
            shutil.rmtree(folder)
            print("rotel could not be installed: measured without it", file=sys.stderr)
            return None
    return next(folder.glob("lib/*/site-packages/rotel/rotel-agent"), None)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_for(address: str) -> None:
    host, _, port = address.rpartition(":")
    end_s = time.monotonic() + _START_S
    while True:
        try:
            socket.create_connection((host, int(port)), 1).close()
        except OSError:
            if time.monotonic() > end_s:
                raise
            time.sleep(0.05)
        else:
            return
