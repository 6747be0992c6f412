"""Attachments for the page: pictures as pictures, anything else as a download. It trusts the bytes, not what was said of them."""

from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import quote

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.store.attachments import Attachments

_HEADERS: Final = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "private, no-store",
}
_BEGIN_BYTES: Final = 16
_OTHER: Final = "application/octet-stream"


class Pictures:
    """Answers for the attachments that the rows of a page point to, as far as the caller reaches."""

    def __init__(self, attachments: Attachments) -> None:
        self._attachments = attachments

    async def show(self, request: Request) -> Response:
        """Return the bytes of an attachment."""
        key = request.query_params.get("key", "")
        path = await anyio.to_thread.run_sync(self._path, key)
        content_type = await anyio.to_thread.run_sync(_type_of, path)
        name = quote(request.query_params.get("filename") or "attachment", safe="")
        how = "attachment" if content_type == _OTHER else "inline"
        disposition = f"{how}; filename*=UTF-8''{name}"
        return FileResponse(
            path, media_type=content_type, headers={**_HEADERS, "content-disposition": disposition}
        )

    def _path(self, key: str) -> Path:
        place = self._attachments.find(key)
        path = self._attachments.path(key, place=place) if place is not None else None
        if path is None or not path.exists():
            raise RequestError(
                "there is no such attachment",
                code="notFound",
                status=HTTPStatus.NOT_FOUND,
                hint="its bytes never came, are gone, or this key does not reach them",
            )
        return path


def _type_of(path: Path) -> str:
    with path.open("rb") as file:
        return picture_type(file.read(_BEGIN_BYTES)) or _OTHER


def picture_type(begin: bytes) -> str:
    """Return the type of a picture of pixels by its first bytes; empty for anything else, SVG included, which is a document."""
    if begin.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if begin.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if begin.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if begin[:4] == b"RIFF" and begin[8:12] == b"WEBP":
        return "image/webp"
    return "image/avif" if begin[4:12] in (b"ftypavif", b"ftypavis") else ""
