"""A process that is asked over pipes, and killed."""

import asyncio
import os
from pathlib import Path

import pytest

from otel_bridge_collector.scoring import worker
from otel_bridge_collector.worker.process import ask, end, start

MEMORY = str(512 << 20)


def test_a_question_in_parts_gets_a_line() -> None:
    async def asked() -> bytes:
        process = await start(worker.__name__, MEMORY)
        try:
            return await ask(process, (b'{"scorer": "None', b'", "arguments": {}}', b"\n"))
        finally:
            await end(process)

    assert b"error" in asyncio.run(asked())


def test_it_has_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "s")

    async def environment() -> str:
        process = await start(worker.__name__, MEMORY)
        try:
            return await asyncio.to_thread(Path(f"/proc/{process.pid}/environ").read_text)
        finally:
            await end(process)

    assert "SECRET" not in asyncio.run(environment())


def test_at_the_end_it_is_gone(caplog: pytest.LogCaptureFixture) -> None:
    async def ended() -> int:
        process = await start(worker.__name__, MEMORY)
        await end(process)
        await end(process)
        return process.pid

    pid = asyncio.run(ended())

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert "Unknown child process" not in caplog.text
