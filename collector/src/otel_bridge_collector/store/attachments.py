"""Attachments: bytes that rows point to, each in a file of its own under the data folder. It knows no HTTP.

The key of an attachment comes from a client, so the name of its file is the key's SHA-256. Bytes are written beside their
place and moved there, so that a half-written file is never read.
"""

import contextlib
import hashlib
import os
import secrets
import tempfile
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from pathlib import Path
from typing import Final, Literal, TypedDict

import anyio
import orjson

from otel_bridge.contract.row import Json

MAX_BYTES: Final = 512 << 20
"""Of one attachment."""

_SECRET_BYTES: Final = 32


class UploadStatus(TypedDict, total=False):
    """What is known of an upload, as Braintrust's SDKs say and read it."""

    upload_status: Literal["uploading", "done", "error"]
    error_message: str


class AttachmentTooLargeError(Exception):
    """More bytes came than an attachment may have."""


class Attachments:
    """The attachments of one data folder. Any thread may call."""

    def __init__(self, folder: Path) -> None:
        """Use a folder, and make it where there is none.

        Raises:
            OSError: it cannot be used.
        """
        folder.mkdir(mode=0o700, exist_ok=True)
        self._folder = folder
        self.secret = _secret(folder / "secret")

    async def write(self, key: str, chunks: AsyncIterable[bytes], *, max_bytes: int = MAX_BYTES) -> None:
        """Keep the bytes of an attachment; those of an earlier upload under its key make room.

        Raises:
            AttachmentTooLargeError: there are more than `max_bytes`; nothing is kept.
            OSError: they cannot be written.
        """
        handle, name = tempfile.mkstemp(dir=self._folder)
        written = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                async for chunk in _at_most(max_bytes, chunks):
                    await anyio.to_thread.run_sync(file.write, chunk)
                file.flush()
                await anyio.to_thread.run_sync(os.fsync, file.fileno())
            await anyio.to_thread.run_sync(written.replace, self.path(key))
        finally:
            written.unlink(missing_ok=True)  # noqa: ASYNC240 - after a rename there is nothing to do

    def path(self, key: str) -> Path:
        """Return where the bytes of an attachment are, or would be."""
        return self._folder / hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()

    def state(self, key: str, status: Mapping[str, Json]) -> None:
        """Keep what a client says of its upload."""
        path = self._status_path(key)
        path.touch(mode=0o600)
        path.write_bytes(orjson.dumps(status))

    def status(self, key: str) -> UploadStatus | None:
        """Return what is known of an upload: what the client said, else whether its bytes are here; None of nothing."""
        with contextlib.suppress(FileNotFoundError):
            said: UploadStatus = orjson.loads(self._status_path(key).read_bytes())
            if said.get("upload_status") != "done" or self.path(key).exists():
                return said
        return {"upload_status": "done"} if self.path(key).exists() else None

    def _status_path(self, key: str) -> Path:
        return self.path(key).with_suffix(".status.json")


async def _at_most(max_bytes: int, chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > max_bytes:
            raise AttachmentTooLargeError(f"the attachment is above {max_bytes} bytes")
        yield chunk


def _secret(path: Path) -> bytes:
    """Return the folder's own secret, made now where there is none; signatures outlive a restart."""
    with contextlib.suppress(FileNotFoundError):
        return path.read_bytes()
    secret = secrets.token_bytes(_SECRET_BYTES)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secret)
    return secret
