"""The stage of a backup: copies of the files of a running sidecar that fit together, in a folder beside them.

| in this order | how | so that |
| --- | --- | --- |
| receipts | SQLite's own backup | they count no record that the copy of the spool lacks |
| decisions of online scoring | SQLite's own backup | no row counts as scored whose scores are in neither the store nor the spool |
| store | copied on the thread that writes to it, between two batches | it is whole, and has its place in the spool |
| places of destinations, dead letters | copied | each is at or before the end of the spool |
| spool | hard links, read as far as it was durable | every acknowledged request is in the store or here |
| projects and what is in them, keys | SQLite's own backup | every project of a row is there |
| secrets of feedback tokens; attachments | copied; hard links | every attachment of a row is there |

The spool deletes nothing meanwhile (`Spool.held`). It sends nothing, and does not know the archive's format.
"""

import os
import re
import shutil
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Final, Protocol

import anyio.to_thread

from otel_bridge_collector.backup.archive import Part
from otel_bridge_collector.errors import BackupError
from otel_bridge_collector.spool.spool import Spool

STAGE: Final = "backup.partial"
"""The folder of the stage, in the data folder."""

_WHOLE_ATTACHMENT: Final = re.compile(r"[0-9a-f]{64}")
"""Names of files that are only ever replaced, never written to."""

_UNFINISHED: Final = re.compile(r"tmp\w+|.*\.new")
"""Names of files that are being written, to be renamed."""


class CopiedStore(Protocol):
    """What is copied between two batches; `store.duckdb.DuckDBStore` is."""

    def copy_to(self, target: Path) -> None:
        """Write a file that can be opened as this one can, and what belongs to it beside it."""
        ...

    def file_bytes(self) -> int:
        """Return how large it is."""
        ...


class Stage:
    """The stage in one data folder; one at a time."""

    def __init__(
        self,
        data_dir: Path,
        spool: Spool,
        store: CopiedStore,
        on_writer: Callable[[Callable[[], object]], Awaitable[object]],
    ) -> None:
        """Make nothing yet.

        Args:
            data_dir: of the running sidecar.
            spool: of it.
            store: of it.
            on_writer: runs something on the thread that writes to the store.
        """
        self._data_dir, self._spool, self._store, self._on_writer = data_dir, spool, store, on_writer
        self._folder = data_dir / STAGE

    async def fill(self) -> list[Part]:
        """Copy and link the files, and return them.

        Raises:
            BackupError: there is no room, or they cannot be copied.
        """
        try:
            await anyio.to_thread.run_sync(self._begin)
            with self._spool.held():
                await self._on_writer(lambda: self._store.copy_to(self._folder / "rows.duckdb"))
                spooled = await anyio.to_thread.run_sync(self._link_rest)
            return await anyio.to_thread.run_sync(lambda: self._parts(spooled))
        except (OSError, sqlite3.Error) as error:
            raise BackupError(f"the data folder cannot be copied: {error}") from error

    def clear(self) -> None:
        """Remove what was staged."""
        clear_stage(self._data_dir)

    def _begin(self) -> None:
        clear_stage(self._data_dir)
        self._see_to_room()
        self._folder.mkdir(mode=0o700)
        _copy_sqlite(self._data_dir / "receipts.sqlite", self._folder / "receipts.sqlite")
        _copy_sqlite(self._data_dir / "scoring.sqlite", self._folder / "scoring.sqlite")

    def _see_to_room(self) -> None:
        copied = [*self._data_dir.glob("*.sqlite*"), *(self._data_dir / "delivery").iterdir()]
        needed = self._store.file_bytes() + sum(path.stat().st_size for path in copied)
        disk = os.statvfs(self._data_dir)
        free = disk.f_bavail * disk.f_frsize - self._spool.limits.min_free_bytes
        if needed > free:
            raise BackupError(
                f"a backup needs {needed >> 20} MiB beside the data folder for a while, and {max(free, 0) >> 20} MiB are free"
            )

    def _link_rest(self) -> dict[str, int]:
        """Copy and link the rest; return the names of spool segments and how many bytes of each are durable."""
        for path in _settled(self._data_dir / "delivery"):
            _copy(path, self._folder / "delivery" / path.name)
        segments = self._spool.durable()
        for segment in segments:
            _link(segment.path, self._folder / "spool" / segment.path.name)
        _copy(self._data_dir / "spool" / "version", self._folder / "spool" / "version")
        _copy_sqlite(self._data_dir / "objects.sqlite", self._folder / "objects.sqlite")
        _copy(self._data_dir / "feedback.json", self._folder / "feedback.json")
        attachments = self._data_dir / "attachments"
        for path in _settled(attachments):
            keep = _link if _WHOLE_ATTACHMENT.fullmatch(path.name) else _copy
            keep(path, self._folder / "attachments" / path.relative_to(attachments))
        return {f"spool/{segment.path.name}": segment.size for segment in segments}

    def _parts(self, spooled: dict[str, int]) -> list[Part]:
        names = {path.relative_to(self._folder).as_posix(): path for path in _settled(self._folder)}
        return [
            Part(name=name, path=path, size=spooled.get(name, path.stat().st_size))
            for name, path in sorted(names.items())
        ]


def clear_stage(data_dir: Path) -> None:
    """Remove a stage that a process has left, if there is one."""
    shutil.rmtree(data_dir / STAGE, ignore_errors=True)


def _settled(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder that nobody is writing."""
    return (path for path in folder.rglob("*") if path.is_file() and not _UNFINISHED.fullmatch(path.name))


def _copy_sqlite(source: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as opened,
        closing(sqlite3.connect(target)) as copy,
    ):
        opened.backup(copy)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileNotFoundError):  # it need not be there, or has gone in this moment
        shutil.copyfile(source, target)


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        target.hardlink_to(source)
    except FileNotFoundError:
        return  # nothing refers to it any more
    except OSError:  # a file system without hard links
        _copy(source, target)
