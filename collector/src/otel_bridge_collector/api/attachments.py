"""`/attachment`: uploads and downloads by signed URLs of our own.

Source: `braintrust` 0.47.0, measured (spec/wire.md section 10). A URL is good for one key, one direction and an hour. What is
downloaded is never shown as a page of this origin.
"""

import re
import time
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

import anyio.to_thread
import orjson
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.body import read_object
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.signature import read_signed, sign
from otel_bridge_collector.api.writing import MaskFields
from otel_bridge_collector.store.attachments import Attachments, AttachmentTooLargeError

LIFETIME_S: Final = 3600.0

_SAFE_HEADERS: Final = {
    "x-content-type-options": "nosniff", "content-security-policy": "sandbox", "cache-control": "private, no-store",
}  # fmt: skip
_CONTENT_TYPE: Final = re.compile(r"[\w.+-]+/[\w.+-]+(?:; *[\w.-]+=[\w.+-]+)*", re.ASCII)
_BYTES: Final = "application/octet-stream"
_STATUSES: Final = ("uploading", "done", "error")


class AttachmentsEndpoint:
    """Answers for attachments."""

    def __init__(self, attachments: Attachments, masked: MaskFields) -> None:
        self._attachments = attachments
        self._masked = masked

    async def create(self, request: Request) -> Response:
        """Return where the bytes of an attachment are to be put."""
        key = _text(await read_object(request), "key")
        await anyio.to_thread.run_sync(self._attachments.expect, key)
        url = self._signed_url(request, "put", key, self._attachments.own_place(), {})
        return JSONResponse({"signedUrl": url, "headers": {}})

    async def upload(self, request: Request) -> Response:
        """Take the bytes of an attachment."""
        claims = self._claims(request, "put")
        try:
            await self._attachments.write(claims["key"], request.stream(), place=claims["place"])
        except AttachmentTooLargeError as error:
            raise RequestError(str(error), code="requestTooLarge", status=413) from error
        return JSONResponse({})

    async def state(self, request: Request) -> Response:
        """Keep what a client says of its upload."""
        body = await read_object(request)
        status = body.get("status")
        if not isinstance(status, Mapping) or status.get("upload_status") not in _STATUSES:
            known = ", ".join(_STATUSES)
            raise RequestError(
                f'the body has no "status" with "upload_status", one of {known}', code="invalidJson"
            )
        try:
            await anyio.to_thread.run_sync(self._attachments.state, _text(body, "key"), self._masked(status))
        except orjson.JSONEncodeError as error:  # nested without end, or half of a surrogate pair
            raise RequestError(f'the "status" cannot be kept: {error}', code="invalidJson") from error
        return JSONResponse({})

    def find(self, request: Request) -> Response:
        """Return the status of an attachment, and where it can be downloaded."""
        query = request.query_params
        if "url" in query:
            return JSONResponse({"downloadUrl": query["url"], "status": {"upload_status": "done"}})
        key = query.get("key", "")
        place = self._attachments.find(key)
        if place is None:
            raise RequestError(f'there is no attachment "{key}"', code="notFound", status=404)
        told = {name: query[name] for name in ("filename", "content_type") if name in query}
        url = self._signed_url(request, "get", key, place, told)
        return JSONResponse({"downloadUrl": url, "status": self._attachments.status(key, place=place)})

    def download(self, request: Request) -> Response:
        """Return the bytes of an attachment."""
        claims = self._claims(request, "get")
        path = self._attachments.path(claims["key"], place=claims["place"])
        if not path.exists():
            raise RequestError(
                "the bytes of this attachment never came, or are gone", code="notFound", status=404
            )
        return FileResponse(
            path,
            media_type=told if _CONTENT_TYPE.fullmatch(told := claims.get("content_type", "")) else _BYTES,
            headers={
                **_SAFE_HEADERS,
                "content-disposition": f"attachment; filename*=UTF-8''{quote(claims.get('filename', 'attachment'), safe='')}",
            },
        )

    def _signed_url(
        self, request: Request, operation: str, key: str, place: str, told: Mapping[str, str]
    ) -> str:
        claims = {"operation": operation, "key": key, "place": place, **told}
        token = sign(claims, self._attachments.secret, expires_s=time.time() + LIFETIME_S)
        return f"{str(request.base_url).rstrip('/')}/attachment/data/{token}"

    def _claims(self, request: Request, operation: str) -> Mapping[str, str]:
        claims = read_signed(request.path_params["token"], self._attachments.secret, now_s=time.time())
        if claims is None or claims.get("operation") != operation:
            raise RequestError("this URL is not valid, or has expired", code="forbidden", status=403)
        return claims


def _text(body: Mapping[str, Json], field: str) -> str:
    value = body.get(field)
    if not isinstance(value, str) or not value:
        raise RequestError(f'the body has no "{field}"', code="invalidJson")
    return value
