"""Attachments on their way to Braintrust. Rows come before the bytes that they refer to, so a reference may have to wait."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import orjson

from otel_bridge_collector.store.attachments import Attachments


class Uploading(Protocol):
    """The destination."""

    async def upload_attachment(self, reference: Mapping[str, str], data: bytes) -> None:
        """Upload bytes."""
        ...


class AttachmentUploads:
    """Uploads what is here and remembers what is not yet, also over a restart."""

    def __init__(self, remote: Uploading, attachments: Attachments, path: Path) -> None:
        """Take up the references that wait.

        Args:
            remote: the destination.
            attachments: the bytes that are here.
            path: the file of the references that wait; it need not exist.
        """
        self._remote = remote
        self._attachments = attachments
        self._path = path
        self._waiting = _read(path)

    async def take(self, references: Mapping[str, Mapping[str, str]]) -> None:
        """Upload attachments by key, and those that waited, as far as their bytes are here.

        Raises:
            RetryableError: the destination cannot take them now.
            PermanentError: it will never take one of them.
            OSError: what waits cannot be remembered.
        """
        before = dict(self._waiting)
        self._waiting.update({key: dict(reference) for key, reference in references.items()})
        for key, reference in list(self._waiting.items()):
            data = await asyncio.to_thread(self._bytes, key)
            if data is not None:
                await self._remote.upload_attachment(reference, data)
                del self._waiting[key]
        if self._waiting != before:
            await asyncio.to_thread(self._write)

    def _bytes(self, key: str) -> bytes | None:
        path = self._attachments.path(key)
        return path.read_bytes() if path.exists() else None

    def _write(self) -> None:
        written = self._path.with_suffix(".new")
        with written.open("wb") as file:
            file.write(orjson.dumps(self._waiting))
            file.flush()
            os.fsync(file.fileno())
        written.replace(self._path)


def _read(path: Path) -> dict[str, dict[str, str]]:
    try:
        waiting: dict[str, dict[str, str]] = orjson.loads(path.read_bytes())
    except (FileNotFoundError, orjson.JSONDecodeError):
        return {}
    return waiting
