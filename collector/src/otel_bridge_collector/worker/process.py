"""The sidecar's side of such a process: it is begun without environment, asked over pipes, and killed."""

import contextlib
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process, create_subprocess_exec
from collections.abc import Sequence
from typing import Final

ANSWER_BYTES: Final = 1 << 20
"""Of one line; a longer one cannot be read."""


async def start(module: str, *arguments: str) -> Process:
    """Begin a process that runs a module of ours.

    Raises:
        OSError: it cannot be begun.
    """
    return await create_subprocess_exec(
        sys.executable, "-I", "-m", module, *arguments,
        stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env={}, limit=ANSWER_BYTES,
    )  # fmt: skip


async def ask(process: Process, asked: Sequence[bytes]) -> bytes:
    """Write a line in parts, and return the next one of the process; without its end where the process has ended.

    Raises:
        OSError: the process takes nothing.
        ValueError: its line is longer than `ANSWER_BYTES`.
    """
    if process.stdin is None or process.stdout is None:
        raise OSError("the process has no pipes")
    process.stdin.writelines(asked)
    await process.stdin.drain()
    return await process.stdout.readline()


def kill(process: Process) -> None:
    """Kill a process that may have ended."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            # `Process.kill` takes the exit code of one that has just ended away from asyncio, which then warns.
            os.kill(process.pid, signal.SIGKILL)


async def end(process: Process) -> None:
    """Kill a process, and wait until it and its pipes are gone."""
    kill(process)
    if process.stdin is not None:
        process.stdin.close()
    await process.communicate()
