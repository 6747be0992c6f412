"""Backups of the running sidecar: one at a time, its stage removed whatever ends it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from importlib.metadata import version

import anyio
import anyio.to_thread
from starlette.concurrency import iterate_in_threadpool

from otel_bridge_collector.backup.archive import Part, pack
from otel_bridge_collector.backup.formats import VERSIONS
from otel_bridge_collector.backup.stage import Stage


class Backups:
    """Makes them.

    Attributes:
        is_running: whether one is being made or read.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.is_running = False

    async def begin(self) -> list[Part]:
        """Stage one; `end` has to follow.

        Raises:
            BackupError: it cannot be made; it has ended.
        """
        self.is_running = True
        try:
            return await self._stage.fill()
        except BaseException:
            await self.end()
            raise

    def stream(self, parts: list[Part]) -> AsyncIterator[bytes]:
        """Return the bytes of the archive of what was staged."""
        created = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        release = version("otel-bridge-collector")
        return iterate_in_threadpool(pack(parts, release=release, created=created, versions=VERSIONS))

    async def end(self) -> None:
        """Remove what was staged, also where whoever waits for it is cancelled."""
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(self._stage.clear)
        self.is_running = False
