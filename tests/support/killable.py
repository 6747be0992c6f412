"""A sidecar that starts in a tenth of a second, for tests that kill it hundreds of times.

A fork server has imported everything once; each sidecar is a process of its own that runs the real command `serve`
from its arguments on. Only the interpreter's start and the imports are saved.
"""

import json
import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Final

from tests.support.collector import ANY_PORTS, START_TIMEOUT_S, STOP_TIMEOUT_S

_CONTEXT: Final = multiprocessing.get_context("forkserver")
_READY_BYTES: Final = 4096
_IMPORTED_ONCE: Final = [
    "otel_bridge_collector.app",
    "otel_bridge_collector.cli.serve",
    "uvicorn.loops.asyncio",
    "uvicorn.lifespan.off",
    "uvicorn.protocols.http.httptools_impl",
    "tests.support.killable",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Killable:
    """A sidecar that takes traffic."""

    process: ForkServerProcess
    otlp_http: str

    def kill(self) -> None:
        """End it at once with SIGKILL, and see that it is gone."""
        self.process.kill()
        self.process.join(STOP_TIMEOUT_S)
        assert self.process.exitcode is not None


@contextmanager
def killable_collector(data_dir: Path) -> Iterator[Killable]:
    """Run a sidecar in `data_dir`; it is killed at the end, unless the test has done so."""
    _CONTEXT.set_forkserver_preload(_IMPORTED_ONCE)
    receive, send = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_serve, args=(send, data_dir))
    process.start()
    send.close()
    try:
        assert receive.poll(START_TIMEOUT_S), "the sidecar did not become ready"
        ready = json.loads(os.read(receive.fileno(), _READY_BYTES))
        killable = Killable(process=process, otlp_http=ready["otlp_http"])
        yield killable
        killable.kill()
    finally:
        process.kill()
        process.join(STOP_TIMEOUT_S)
        receive.close()


def _serve(stdout: Connection, data_dir: Path) -> None:
    from otel_bridge_collector.cli.serve import serve  # noqa: PLC0415 - in the sidecar's process only

    os.dup2(stdout.fileno(), 1)
    serve(["--data-dir", str(data_dir), *ANY_PORTS], standalone_mode=False)
