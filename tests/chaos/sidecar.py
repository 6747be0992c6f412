"""The real sidecar as a process that is started, killed and started again on the same ports and the same small disk."""

import json
import select
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.chaos.moved_clock import MovedClock
from tests.support.collector import START_TIMEOUT_S, STOP_TIMEOUT_S

ROOT: Final = Path(__file__).parents[2]
_RETRY: Final = "retry_on_failure: {initial_interval: 50ms, max_interval: 500ms}"


@dataclass
class Sidecar:
    """One sidecar through all its lives.

    Attributes:
        data_dir: on the small disk.
        log: of all lives; not on it.
        clock: the time that it sees.
        kills: how often it was killed.
    """

    data_dir: Path
    log: Path
    clock: MovedClock
    config: str
    kills: int = 0
    ports: list[str] = field(default_factory=lambda: [f"127.0.0.1:{_free_port()}" for _ in range(3)])
    _process: "subprocess.Popen[str] | None" = None

    @property
    def otlp_grpc(self) -> str:
        """`HOST:PORT`."""
        return self.ports[0]

    @property
    def otlp_http(self) -> str:
        """URL without a path."""
        return f"http://{self.ports[1]}"

    @property
    def api(self) -> str:
        """URL without a path."""
        return f"http://{self.ports[2]}"

    def spawn(self) -> None:
        """Start it, and do not wait."""
        grpc, http, api = self.ports
        command = [sys.executable, "-m", "tests.chaos.moved_clock", str(self.clock.path), "serve"]
        options = ["--data-dir", str(self.data_dir), "--config", f"yaml:{self.config}"]
        addresses = ["--otlp-grpc", grpc, "--otlp-http", http, "--api", api]
        with self.log.open("a") as stderr:
            self._process = subprocess.Popen(
                [*command, *options, *addresses], cwd=ROOT, stdout=subprocess.PIPE, stderr=stderr, text=True
            )

    def await_ready(self) -> None:
        """Wait until it takes traffic.

        Raises:
            RuntimeError: it ended, or was not ready in time.
        """
        assert self._process is not None
        assert self._process.stdout is not None
        readable, _, _ = select.select([self._process.stdout], [], [], START_TIMEOUT_S)
        if not readable or not (line := self._process.stdout.readline()):
            raise RuntimeError(f"the sidecar did not become ready: see the end of {self.log}")
        assert json.loads(line)["event"] == "ready"

    def is_running(self) -> bool:
        """Tell whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """End it with SIGKILL."""
        assert self._process is not None
        assert self._process.stdout is not None
        self._process.kill()
        self._process.wait(STOP_TIMEOUT_S)
        self._process.stdout.close()
        self.kills += 1

    def stop(self) -> int:
        """Let it end in peace; return its exit code."""
        assert self._process is not None
        assert self._process.stdout is not None
        self._process.terminate()
        code = self._process.wait(STOP_TIMEOUT_S)
        self._process.stdout.close()
        return code


def config_for(otlp: str, braintrust: str, rows: Path) -> str:
    """Return the configuration: three destinations beside the store, and small segments on a disk that may get full."""
    return (
        f"exporters: {{otlphttp: {{endpoint: '{otlp}', timeout: 1s, {_RETRY}}},"
        f" braintrust: {{api_url: '{braintrust}', api_key: k, timeout: 1s, {_RETRY}}},"
        f" file: {{directory: '{rows}', {_RETRY}, rotation: {{max_size: 4MiB}}}}}}\n"
        "extensions: {file_storage: {segment_size: 2MiB, keep_size: 8MiB, min_free: 0}}"
    )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
