"""Attachments: bytes that rows point to, each in a file of its own under the data folder. It knows no HTTP.

The key of an attachment comes from a client, so the name of its file is the key's SHA-256. Bytes are written beside their
place and moved there, so that a half-written file is never read.

Callers that reach single projects only keep theirs in a folder of these projects, which others neither read nor overwrite
under the same key. Who reaches all of its projects reads it. Media out of rows lie in the folder of their row's project.
"""

import contextlib
import copy
import hashlib
import os
import secrets
import tempfile
from collections.abc import AsyncIterable, AsyncIterator, Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Final, Literal, Self, TypedDict

import anyio
import orjson

from otel_bridge.contract.row import Json
from otel_bridge_collector.access import Access, owner_access
from otel_bridge_collector.errors import OverloadedError

MAX_BYTES: Final = 512 << 20
"""Of one attachment."""

_RETRY_S: Final = 5
_SECRET_BYTES: Final = 32
_PROJECTS: Final = "projects.json"


class UploadStatus(TypedDict, total=False):
    """What is known of an upload, as Braintrust's SDKs say and read it."""

    upload_status: Literal["uploading", "done", "error"]
    error_message: str


class AttachmentTooLargeError(Exception):
    """More bytes came than an attachment may have."""


class Attachments:
    """The attachments of one data folder. Any thread may call.

    Attributes:
        folder: where they are.
        secret: what URLs are signed with.
        min_free_bytes: gives the bytes of the disk that uploads leave free, as the spool does.
    """

    def __init__(self, folder: Path) -> None:
        """Use a folder, and make it where there is none.

        Raises:
            OSError: it cannot be used.
        """
        folder.mkdir(mode=0o700, exist_ok=True)
        self.min_free_bytes: Callable[[], int] = int
        self.folder = self._folder = folder
        self._access: Callable[[], Access] = owner_access
        self.secret = _secret(folder / "secret")

    def seen_by(self, access: Callable[[], Access]) -> Self:
        """Return the same attachments as far as `access` reaches at the time of each call; others are not there."""
        view = copy.copy(self)
        view._access = access  # noqa: SLF001 - a copy of ourselves
        return view

    def own_place(self) -> str:
        """Return where the caller keeps attachments; empty for who reaches all projects."""
        projects = self._access().projects
        return "" if projects is None else self._place_of(projects)

    def place_of_project(self, project_id: str | None) -> str:
        """Return where whoever reaches a project reads attachments; None stands for what belongs to no project."""
        return self._place_of(frozenset({project_id})) if project_id else ""

    def find(self, key: str) -> str | None:
        """Return the place of an attachment that the caller reaches, of its own first; None when there is none."""
        found = (place for place in self._places() if self.status(key, place=place) is not None)
        return next(found, None)

    def bytes_of(self, key: str, project_id: str | None) -> Path | None:
        """Return the bytes that a row of a project means by a key; None when they are not here.

        Whoever wrote the row reaches its project: what was uploaded for this one alone comes first, then what was for several
        with it among them, then what callers who reach all projects have.
        """
        shared = sorted(self._listed(), key=lambda each: len(each[1]))
        places = [place for place, projects in shared if project_id in projects]
        paths = (self.path(key, place=place) for place in (*places, ""))
        return next((path for path in paths if path.exists()), None)

    def keep(self, key: str, data: bytes, *, place: str) -> None:
        """Keep bytes whose key follows from them, durably; where they are already, nothing is written.

        Raises:
            OSError: they cannot be written.
        """
        path = self.path(key, place=place)
        try:
            os.utime(path)  # somebody refers to it anew: as old as that for retention
        except FileNotFoundError:
            _write_whole(path, data, beside=self._folder)

    async def write(
        self, key: str, chunks: AsyncIterable[bytes], *, place: str = "", max_bytes: int = MAX_BYTES
    ) -> None:
        """Keep the bytes of an attachment; those of an earlier upload under its key make room.

        Raises:
            AttachmentTooLargeError: there are more than `max_bytes`; nothing is kept.
            OverloadedError: they would take what has to stay free of the disk; nothing is kept.
            OSError: they cannot be written.
        """
        handle, name = tempfile.mkstemp(dir=self._folder)
        written = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                async for chunk in _at_most(max_bytes, chunks):
                    self._see_that_it_fits(chunk)
                    await anyio.to_thread.run_sync(file.write, chunk)
                file.flush()
                await anyio.to_thread.run_sync(os.fsync, file.fileno())
            await anyio.to_thread.run_sync(written.replace, self.path(key, place=place))
        finally:
            written.unlink(missing_ok=True)  # noqa: ASYNC240 - after a rename there is nothing to do

    def path(self, key: str, *, place: str = "") -> Path:
        """Return where the bytes of an attachment are, or would be."""
        return self._folder / place / hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()

    def expect(self, key: str) -> None:
        """Keep that an upload of the caller's own begins, where its bytes are not here yet: rows that refer to it come first."""
        if not self.path(key, place=self.own_place()).exists():
            self.state(key, {"upload_status": "uploading"})

    def state(self, key: str, status: Mapping[str, Json]) -> None:
        """Keep what a client says of its own upload."""
        _write_whole(self._status_path(key, self.own_place()), orjson.dumps(status), beside=self._folder)

    def status(self, key: str, *, place: str = "") -> UploadStatus | None:
        """Return what is known of an upload: that it failed, else whether its bytes are here or on their way; None of nothing."""
        has_bytes = self.path(key, place=place).exists()
        # What a release before wrote in place, a crash may have cut: then nothing is known but the bytes.
        with contextlib.suppress(FileNotFoundError, orjson.JSONDecodeError):
            said: UploadStatus = orjson.loads(self._status_path(key, place).read_bytes())
            if said.get("upload_status") == "error" or (said.get("upload_status") == "done") is has_bytes:
                return said
        return {"upload_status": "done"} if has_bytes else None

    def _place_of(self, projects: frozenset[str]) -> str:
        listed = orjson.dumps(sorted(projects))
        place = hashlib.sha256(listed).hexdigest()
        if not (self._folder / place / _PROJECTS).exists():
            (self._folder / place).mkdir(mode=0o700, exist_ok=True)
            _write_whole(self._folder / place / _PROJECTS, listed, beside=self._folder)
        return place

    def _places(self) -> Iterator[str]:
        yield self.own_place()
        reached = self._access().projects
        for place, projects in self._listed():
            if reached is None or reached.issuperset(projects):
                yield place

    def _listed(self) -> Iterator[tuple[str, Collection[str]]]:
        for listed in self._folder.glob(f"*/{_PROJECTS}"):
            projects: list[str] = orjson.loads(listed.read_bytes())
            yield listed.parent.name, projects

    def _see_that_it_fits(self, chunk: bytes) -> None:
        disk, kept = os.statvfs(self._folder), self.min_free_bytes()
        free = disk.f_bavail * disk.f_frsize
        if free - len(chunk) < kept:
            raise OverloadedError(
                f"cannot keep this attachment now: {free >> 20} MiB of the disk of the data folder are free, and"
                f" {kept >> 20} MiB have to stay free (extensions.file_storage.min_free)",
                retry_after_s=_RETRY_S,
            )

    def _status_path(self, key: str, place: str) -> Path:
        return self.path(key, place=place).with_suffix(".status.json")


async def _at_most(max_bytes: int, chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > max_bytes:
            raise AttachmentTooLargeError(f"the attachment is above {max_bytes} bytes")
        yield chunk


def _secret(path: Path) -> bytes:
    """Return the folder's own secret, made now where there is none; signatures outlive a restart.

    One that a crash or a full disk has cut is made anew: what it signs, anybody could sign.
    """
    with contextlib.suppress(FileNotFoundError):
        if len(kept := path.read_bytes()) >= _SECRET_BYTES:
            return kept
    secret = secrets.token_bytes(_SECRET_BYTES)
    _write_whole(path, secret, beside=path.parent)
    return secret


def _write_whole(path: Path, data: bytes, *, beside: Path) -> None:
    """Write a file that is there whole or not at all, also after a crash; until then it is another one in `beside`."""
    handle, name = tempfile.mkstemp(dir=beside)
    written = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        written.replace(path)
    finally:
        written.unlink(missing_ok=True)
