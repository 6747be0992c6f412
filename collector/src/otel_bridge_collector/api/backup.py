"""`/v1/backup`: an archive of the data folder, made while the sidecar runs."""

import asyncio
import logging
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from otel_bridge_collector.access import check_reaches_all
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.operation import Operation, Tag
from otel_bridge_collector.api.schemas import TEXT
from otel_bridge_collector.backup.archive import Part
from otel_bridge_collector.backup.running import Backups
from otel_bridge_collector.errors import BackupError

logger = logging.getLogger(__name__)

_TAR: Final = "application/x-tar"

STALLED_S: Final = 60.0
"""How long a reader may take nothing; then it is hung up on, since no other backup can be made meanwhile."""


def backup_operations(backups: Backups) -> list[Operation]:
    """Return what this module answers, for `routes.build_routes`."""
    endpoint = BackupEndpoint(backups)
    return [Tag("service").post("/v1/backup", endpoint.make, answer=TEXT, answer_types=(_TAR,))]


class BackupEndpoint:
    """Answers with an archive."""

    def __init__(self, backups: Backups, *, stalled_s: float = STALLED_S) -> None:
        self._backups, self._stalled_s = backups, stalled_s

    async def make(self, request: Request) -> Response:
        """Return an archive of the whole data folder; the sidecar goes on meanwhile.

        It is a tar file whose last member, `manifest.json`, has the size and SHA-256 of each file: one that was cut off has none.
        `otel-bridge-collector restore` makes a data folder of it. It holds every row of every project, the digests of API keys
        and the secrets of feedback tokens and attachment URLs.
        """
        del request
        check_reaches_all("backs up the data folder")
        if self._backups.is_running:
            raise RequestError(
                "another backup is being made: wait until it is done", code="conflict", status=409
            )
        try:
            parts = await self._backups.begin()
        except BackupError as error:
            raise RequestError(str(error), code="backupFailed", status=503) from error
        return _Archive(self._backups, parts, self._stalled_s)


class _Archive(StreamingResponse):
    """The archive; what was staged for it goes when it was sent, or its reader has left or takes nothing any more."""

    def __init__(self, backups: Backups, parts: list[Part], stalled_s: float) -> None:
        super().__init__(backups.stream(parts), media_type=_TAR, headers={"cache-control": "no-store"})
        self._backups, self._stalled_s = backups, stalled_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_stalled = asyncio.Event()

        async def send_soon(message: Message) -> None:
            try:
                async with asyncio.timeout(self._stalled_s):
                    await send(message)
            except TimeoutError:
                has_stalled.set()
                raise

        try:
            await super().__call__(scope, receive, send_soon)
        except Exception:
            if not has_stalled.is_set():
                raise
            # Without the end of the body the connection is closed, and the archive has no manifest.
            logger.warning("a backup was given up: its reader took nothing for %g s", self._stalled_s)
        finally:
            await self._backups.end()
