"""Other receivers of OTLP, each installed into an environment of its own, and run as its manual says."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

PEERS: Final = Path(".venv-peers")
_START_S: Final = 120.0
_STOP_S: Final = 20.0


class Receiver(NamedTuple):
    """A process that takes OTLP; `grpc` is empty where it takes none over gRPC."""

    pid: int
    http: str
    grpc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """How to have another receiver.

    Attributes:
        name: of its environment.
        package: its name on PyPI.
        program: below its environment, a pattern.
        command: data folder, HTTP port and gRPC port -> arguments.
        variables: likewise -> environment variables.
        headers: of each request.
    """

    name: str
    package: str
    program: str
    command: Callable[[str, int, int], Sequence[str]]
    variables: Callable[[str, int, int], Mapping[str, str]] = lambda *_: {}
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


ROTEL: Final = Peer(
    name="rotel",
    package="rotel",
    program="lib/*/site-packages/rotel/rotel-agent",
    command=lambda _, http, grpc: (
        "start", "--otlp-http-endpoint", f"127.0.0.1:{http}", "--otlp-grpc-endpoint", f"127.0.0.1:{grpc}",
        "--exporter", "blackhole",
    ),
)  # fmt: skip

STORING: Final[Mapping[str, Peer]] = {
    "Phoenix": Peer(
        name="phoenix",
        package="arize-phoenix",
        program="bin/phoenix",
        command=lambda *_: ("serve",),
        variables=lambda folder, http, grpc: {
            "PHOENIX_WORKING_DIR": folder,
            "PHOENIX_HOST": "127.0.0.1",
            "PHOENIX_PORT": str(http),
            "PHOENIX_GRPC_PORT": str(grpc),
            "PHOENIX_TELEMETRY_ENABLED": "false",
        },
    ),
    "MLflow": Peer(
        name="mlflow",
        package="mlflow",
        program="bin/mlflow",
        command=lambda folder, http, _: (
            "server", "--backend-store-uri", f"sqlite:///{folder}/rows.db", "--artifacts-destination",
            f"{folder}/artifacts", "--port", str(http), "--workers", "1",
        ),
        variables=lambda *_: {"MLFLOW_DISABLE_TELEMETRY": "true"},
        headers={"x-mlflow-experiment-id": "0"},
    ),
}  # fmt: skip
"""Those that store rows, both into SQLite, which is their default."""


def installed(peer: Peer) -> Path | None:
    """Return the program of a peer, installed once; None where it cannot be had."""
    folder = PEERS / peer.name
    if not folder.exists():
        venv.create(folder, with_pip=True)
        command = [
            str(folder / "bin" / "pip"),
            "install",
            "--quiet",
            "--disable-pip-version-check",
            peer.package,
        ]
        if subprocess.run(command, check=False).returncode:
            shutil.rmtree(folder)
            print(f"{peer.package} could not be installed: measured without it", file=sys.stderr)
            return None
    return next((each.absolute() for each in folder.glob(peer.program)), None)


@contextmanager
def running(peer: Peer, program: Path) -> Generator[Receiver]:
    """Run a peer with an empty data folder."""
    http, grpc = _free_port(), _free_port()
    with tempfile.TemporaryDirectory(prefix="bench-peer-") as folder:
        variables = [f"{name}={value}" for name, value in peer.variables(folder, http, grpc).items()]
        process = subprocess.Popen(
            ["/usr/bin/env", *variables, program, *peer.command(folder, http, grpc)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            _wait_for(http)
            yield Receiver(process.pid, f"127.0.0.1:{http}", f"127.0.0.1:{grpc}")
        finally:
            os.killpg(process.pid, 15)
            process.wait(_STOP_S)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_for(port: int) -> None:
    end_s = time.monotonic() + _START_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > end_s:
                raise
            time.sleep(0.05)
        else:
            return
