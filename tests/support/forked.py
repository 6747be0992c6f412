"""A command of the sidecar as a process that starts in a fifth of the time: `serve` runs from its arguments on.

A fork server has imported everything once; each sidecar is a process of its own. Only the interpreter's start, the imports and the
interpreter's end are saved, so that what a test says of those needs the command itself.
"""

import multiprocessing
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Final, TextIO

_CONTEXT: Final = multiprocessing.get_context("forkserver")
_IMPORTED_ONCE: Final = [
    "otel_bridge_collector.app",
    "otel_bridge_collector.cli.serve",
    "uvicorn.loops.asyncio",
    "uvicorn.lifespan.off",
    "uvicorn.protocols.http.httptools_impl",
    "tests.support.forked",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forked:
    """A process with what tests use of `subprocess.Popen`."""

    stdout: TextIO
    _process: ForkServerProcess

    @property
    def pid(self) -> int:
        """As the system calls it."""
        pid = self._process.pid
        assert pid is not None
        return pid

    def poll(self) -> int | None:
        """Its exit code; None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its exit code."""
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise subprocess.TimeoutExpired("serve", timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


def fork_serve(arguments: Sequence[str], *, env: Mapping[str, str], log: Path) -> Forked:
    """Run `serve`.

    Args:
        arguments: of the command line.
        env: the whole environment.
        log: the file that its stderr is appended to.
    """
    _CONTEXT.set_forkserver_preload(_IMPORTED_ONCE)
    receive, send = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_serve, args=(send, log, dict(env), tuple(arguments)))
    process.start()
    send.close()
    stdout = os.fdopen(os.dup(receive.fileno()), encoding="utf-8")
    receive.close()
    return Forked(stdout=stdout, _process=process)


def end_fork_server() -> None:
    """End the fork server, if one was started, and wait for it: the time that its processes took is this process's then."""
    forkserver._forkserver._stop()  # type: ignore[attr-defined] # there is no public way


def _serve(stdout: Connection, log: Path, env: Mapping[str, str], arguments: Sequence[str]) -> None:
    from otel_bridge_collector.cli.main import main  # noqa: PLC0415 - in the sidecar's process only

    os.dup2(stdout.fileno(), 1)
    stdout.close()
    with log.open("a") as stderr:
        os.dup2(stderr.fileno(), 2)
    os.environ.clear()  # noqa: TID251 - the test sets the stage
    os.environ.update(env)  # noqa: TID251 - likewise
    main(["serve", *arguments])
