"""`/v1/backup`: an archive of the data folder, made while the sidecar runs."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from otel_bridge_collector.access import check_reaches_all
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.operation import Operation, Tag
from otel_bridge_collector.api.schemas import TEXT
from otel_bridge_collector.api.streamed import STALLED_S, Streamed
from otel_bridge_collector.backup.archive import Part
from otel_bridge_collector.backup.running import Backups
from otel_bridge_collector.errors import BackupError

_TAR: Final = "application/x-tar"


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


class _Archive(Streamed):
    """The archive; what was staged for it goes when it was sent, or its reader has left or takes nothing any more."""

    def __init__(self, backups: Backups, parts: list[Part], stalled_s: float) -> None:
        headers = {"cache-control": "no-store"}
        super().__init__(
            backups.stream(parts), "a backup", media_type=_TAR, headers=headers, stalled_s=stalled_s
        )
        self._backups = backups

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the archive; without its end it has no manifest."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._backups.end()
