"""A real sidecar: a process of its own, on free ports, in a folder.

`running_collector` saves the imports by a fork server; `running_command` is the command as users start it.
"""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from tests.support.forked import Forked, fork_serve

COMMAND: Final = str(Path(sys.executable).with_name("otel-bridge-collector"))
ANY_PORTS: Final = ("--otlp-grpc", "127.0.0.1:0", "--otlp-http", "127.0.0.1:0", "--api", "127.0.0.1:0")
START_TIMEOUT_S: Final = 60.0
STOP_TIMEOUT_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Collector:
    """A sidecar that takes traffic.

    Attributes:
        otlp_grpc: `HOST:PORT`.
        otlp_http: URL without a path.
        api: URL without a path.
        log: the file that its stderr goes to.
    """

    process: "subprocess.Popen[str] | Forked"
    otlp_grpc: str
    otlp_http: str
    api: str
    data_dir: Path
    log: Path

    def query(self, text: str, key: str = "") -> list[dict[str, object]]:
        """Ask in BTQL or SQL; return the rows."""
        headers = {"authorization": f"Bearer {key}"} if key else {}
        asked = {"query": text, "fmt": "json"}
        response = httpx.post(f"{self.api}/btql", json=asked, headers=headers, timeout=60)
        assert response.status_code == 200, response.text
        rows: list[dict[str, object]] = response.json()["data"]
        return rows

    def stop(self) -> int:
        """Ask it to end; return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_TIMEOUT_S)

    def kill(self) -> None:
        """End it at once, as a crash does."""
        self.process.kill()
        self.process.wait(STOP_TIMEOUT_S)


def start_collector(data_dir: Path, *arguments: str, env: Mapping[str, str] | None = None) -> Collector:
    """Start a sidecar in `data_dir` and wait until it is ready; the caller ends it.

    Args:
        data_dir: made by the sidecar where it does not exist; its log lies beside it.
        arguments: more of the command line.
        env: more of the environment.
    """
    log = _log_of(data_dir)
    here = {**os.environ, **(env or {})}  # noqa: TID251 - the test sets the stage
    process = fork_serve(["--data-dir", str(data_dir), *ANY_PORTS, *arguments], env=here, log=log)
    return _ready(process, data_dir, log)


def start_command(data_dir: Path, *arguments: str, env: Mapping[str, str] | None = None) -> Collector:
    """Start the command itself, from the interpreter's start on; the arguments are those of `start_collector`."""
    log = _log_of(data_dir)
    variables = [f"{name}={value}" for name, value in (env or {}).items()]
    command = (COMMAND, "serve", "--data-dir", str(data_dir), *ANY_PORTS, *arguments)
    with log.open("a") as stderr:
        process = subprocess.Popen(
            ["/usr/bin/env", *variables, *command], stdout=subprocess.PIPE, stderr=stderr, text=True
        )
    return _ready(process, data_dir, log)


@contextmanager
def running_collector(
    data_dir: Path, *arguments: str, env: Mapping[str, str] | None = None
) -> Iterator[Collector]:
    """Run a sidecar; it is stopped at the end, unless the test has ended it."""
    with _stopped(start_collector(data_dir, *arguments, env=env)) as collector:
        yield collector


@contextmanager
def running_command(
    data_dir: Path, *arguments: str, env: Mapping[str, str] | None = None
) -> Iterator[Collector]:
    """Run the command itself, as `running_collector` does with a sidecar."""
    with _stopped(start_command(data_dir, *arguments, env=env)) as collector:
        yield collector


@contextmanager
def _stopped(collector: Collector) -> Iterator[Collector]:
    try:
        yield collector
    finally:
        if collector.process.poll() is None:
            assert collector.stop() == 0, collector.log.read_text()
        assert collector.process.stdout is not None
        collector.process.stdout.close()


def _log_of(data_dir: Path) -> Path:
    return data_dir.with_name(data_dir.name + ".log")


def _ready(process: "subprocess.Popen[str] | Forked", data_dir: Path, log: Path) -> Collector:
    """Wait for the ready line."""
    assert process.stdout is not None
    readable, _, _ = select.select([process.stdout], [], [], START_TIMEOUT_S)
    line = process.stdout.readline() if readable else ""
    if not line:
        process.kill()
        process.wait(STOP_TIMEOUT_S)
        raise AssertionError(f"the sidecar did not become ready: {log.read_text()}")
    ready = json.loads(line)
    return Collector(
        process=process,
        otlp_grpc=ready["otlp_grpc"],
        otlp_http=ready["otlp_http"],
        api=ready["api"],
        data_dir=data_dir,
        log=log,
    )
