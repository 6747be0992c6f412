"""Attachments on their way to Braintrust. Rows come before the bytes that they refer to, so a reference may have to wait."""

import asyncio
import os
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

import orjson

from otel_bridge_collector.store.attachments import Attachments

_MAX_REMEMBERED: Final = 10_000
"""Uploads that are not repeated while their file stays as it was: the image of a long conversation is in every call of it."""

_PROJECT: Final = "project_id"


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
        self._uploaded: OrderedDict[Path, int] = OrderedDict()

    async def take(self, references: Mapping[str, Mapping[str, str]]) -> None:
        """Upload attachments by key, and those that waited, as far as their bytes are here.

        Args:
            references: with the `project_id` of their row, where it has one, which is not sent.

        Raises:
            RetryableError: the destination cannot take them now.
            PermanentError: it will never take one of them.
            OSError: what waits cannot be remembered.
        """
        before = dict(self._waiting)
        self._waiting.update({key: dict(reference) for key, reference in references.items()})
        for key, reference in list(self._waiting.items()):
            path = await asyncio.to_thread(self._attachments.bytes_of, key, reference.get(_PROJECT))
            if path is not None:
                await self._upload(reference, path)
                del self._waiting[key]
        if self._waiting != before:
            await asyncio.to_thread(self._write)

    async def _upload(self, reference: Mapping[str, str], path: Path) -> None:
        changed_ns = path.stat().st_mtime_ns  # noqa: ASYNC240 - of one local file
        if self._uploaded.get(path) != changed_ns:
            sent = {name: value for name, value in reference.items() if name != _PROJECT}
            await self._remote.upload_attachment(sent, await asyncio.to_thread(path.read_bytes))
        self._uploaded[path] = changed_ns
        self._uploaded.move_to_end(path)
        if len(self._uploaded) > _MAX_REMEMBERED:
            self._uploaded.popitem(last=False)

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
