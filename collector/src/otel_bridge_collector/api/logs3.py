"""`/logs3`: where Braintrust's SDKs send every row, and the way round for batches that are too large for it.

Source: `braintrust` 0.47.0, measured (spec/wire.md section 3). An oversized batch is uploaded to a URL of our own, which
nobody can guess and which lasts for an hour; then `/logs3` is told its key.
"""

import asyncio
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.access import ROOM, Room
from otel_bridge_collector.api.body import json_response, read_bytes
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.writing import MAX_BATCH_BYTES, RowWriter, json_object, list_in, read_json

PAYLOAD_MAX_BYTES: Final = 6 << 20
"""Batches above this take the way round; the SDK's own bound where a server names none."""

_UPLOAD_LIFETIME_S: Final = 3600.0
BODY_LIFETIME_S: Final = 300.0
"""How long a batch waits for its `/logs3`, which SDKs send at once; it holds room meanwhile."""

_MAX_UPLOADS: Final = 16
"""Batches that wait between upload and `/logs3`; the oldest makes room."""


@dataclass(slots=True, kw_only=True)
class _Upload:
    """A batch on its way round: `body` from its upload until its rows are kept, then `answer`.

    Attributes:
        caller: who asked for it, and holds the room.
    """

    caller: str
    expires_s: float
    body: bytes | None = None
    room: Room | None = None
    dropping: asyncio.TimerHandle | None = None
    answer: dict[str, Json] | None = None

    def keep(self, body: bytes, room: Room | None, *, for_s: float) -> None:
        """Keep a body, and the room that it takes, for a while."""
        self.drop()
        self.body, self.room = body, room
        self.dropping = asyncio.get_running_loop().call_later(for_s, self.drop)

    def drop(self) -> None:
        """Let go of the body and its room."""
        if self.dropping:
            self.dropping.cancel()
        if self.room:
            self.room.give_back()
        self.body = self.room = self.dropping = None


class Logs3Endpoint:
    """Takes rows of any object."""

    def __init__(self, writer: RowWriter, *, body_lifetime_s: float = BODY_LIFETIME_S) -> None:
        self._writer = writer
        self._body_lifetime_s = body_lifetime_s
        self._uploads: dict[str, _Upload] = {}

    def version(self, request: Request) -> Response:
        """Return the release, and the size above which a batch takes the way round."""
        del request
        return JSONResponse(
            {"version": version("otel-bridge-collector"), "logs3_payload_max_bytes": PAYLOAD_MAX_BYTES}
        )

    async def post(self, request: Request) -> Response:
        """Keep the rows of a batch; the answer comes when they are durable."""
        body = await read_json(request)
        rows = body.get("rows")
        if isinstance(rows, Mapping) and rows.get("type") == "logs3_overflow":
            return json_response(await self._write_uploaded(self._known(str(rows.get("key")))))
        return json_response(await self._write(body))

    async def overflow(self, request: Request) -> Response:
        """Return where a batch that is too large is to be uploaded."""
        await read_json(request)
        self._forget_old()
        key = secrets.token_urlsafe(24)
        held: Room | None = request.scope.get(ROOM)
        self._uploads[key] = _Upload(
            caller=held.caller if held else "", expires_s=time.monotonic() + _UPLOAD_LIFETIME_S
        )
        return JSONResponse(
            {
                "method": "PUT",
                "signedUrl": f"{str(request.base_url).rstrip('/')}/logs3/overflow/{key}",
                "headers": {"Content-Type": "application/json"},
                "key": key,
            }
        )

    async def upload(self, request: Request) -> Response:
        """Take the bytes of an oversized batch."""
        upload = self._known(request.path_params["key"])
        body = await read_bytes(request, max_bytes=MAX_BATCH_BYTES)
        held: Room | None = request.scope.get(ROOM)
        # Who has the URL is not known: whoever asked for it holds the room.
        room = held.hand_over(upload.caller) if held else None
        upload.keep(body, room, for_s=self._body_lifetime_s)
        return JSONResponse({})

    async def _write(self, batch: Mapping[str, Json]) -> dict[str, Json]:
        # The SDKs drop a batch that is refused, so one field too many must not cost its rows.
        written = await self._writer.write(list_in(batch, "rows"), leaves_out=True)
        return {"ids": list(written.ids), "xact_id": written.xact_id, **written.as_json()}

    async def _write_uploaded(self, upload: _Upload) -> dict[str, Json]:
        """Keep an uploaded batch, once; a client that got no answer asks again and gets the same."""
        if upload.answer is None:
            if upload.body is None:
                raise RequestError("nothing was uploaded under this key", code="notFound", status=404)
            upload.answer = await self._write(await anyio.to_thread.run_sync(json_object, upload.body))
            upload.drop()
        return upload.answer

    def _known(self, key: str) -> _Upload:
        upload = self._uploads.get(key)
        if upload is None or upload.expires_s < time.monotonic():
            raise RequestError("there is no such upload, or it has expired", code="notFound", status=404)
        return upload

    def _forget_old(self) -> None:
        now = time.monotonic()
        for key in [key for key, upload in self._uploads.items() if upload.expires_s < now]:
            self._uploads.pop(key).drop()
        while len(self._uploads) >= _MAX_UPLOADS:
            self._uploads.pop(next(iter(self._uploads))).drop()
