"""The sink that writes rows into files: JSON lines, closed by size and age, and made into Parquet when closed if wished.

The file that grows is `PREFIX.jsonl.part`. Every batch is synced before it counts as written; a line that a crash cut is taken
away on opening. A closed file is called `PREFIX-<UTC time>-<number>.jsonl` or `.parquet`; it appears under that name
whole, and is never written again. A batch that is delivered a second time stands there twice, with the same ids and the same
`_xact_id`.
"""

import asyncio
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final, Literal

from otel_bridge.contract.row import Row
from otel_bridge_collector.decode.native import pack_rows
from otel_bridge_collector.sinks.base import Batch
from otel_bridge_collector.sinks.parquet import write_parquet

_SEARCH_STEP: Final = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFileOptions:
    """Where and how.

    Attributes:
        max_bytes: a file that has reached this is closed.
        max_age_s: a file that is as old as this is closed, counted from its first row.
    """

    folder: Path
    prefix: str
    format: Literal["jsonl", "parquet"]
    max_bytes: int
    max_age_s: float


class RowFileSink:
    """Writes on one thread of its own, so that the event loop never waits for the disk."""

    def __init__(self, options: RowFileOptions, *, now_s: Callable[[], float] = time.time) -> None:
        self._options = options
        self._now_s = now_s
        self._part = options.folder / f"{options.prefix}.jsonl.part"
        self._file: BinaryIO | None = None
        self._number = 0
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="row-file-writer")
        self._aging: asyncio.Task[None] | None = None

    async def send(self, batch: Batch[Row]) -> None:
        """See `Sink`."""
        if self._aging is None:
            self._aging = asyncio.create_task(self._close_when_old())
        if batch.writes:
            await self._on_thread(
                lambda: self._append(b"".join(pack_rows([row])[1:-1] + b"\n" for row in batch.writes))
            )

    async def close(self) -> None:
        """Wait for the batch that is being written; the file that grows is taken up at the next start."""
        if self._aging:
            self._aging.cancel()
        await self._on_thread(self._leave)
        self._writer.shutdown(wait=True)

    async def _on_thread(self, work: Callable[[], None]) -> None:
        await asyncio.get_running_loop().run_in_executor(self._writer, work)

    async def _close_when_old(self) -> None:
        while True:
            await asyncio.sleep(min(max(self._options.max_age_s / 10, 0.05), 60.0))
            await self._on_thread(self._rotate_if_due)

    def _append(self, data: bytes) -> None:
        self._rotate_if_due()
        file = self._file or self._open()
        start = file.tell()
        try:
            _write_all(file, data)
            os.fsync(file.fileno())
        except OSError:
            # Half a batch must not stay: it comes again.
            os.ftruncate(file.fileno(), start)
            file.seek(start)
            raise
        self._rotate_if_due()

    def _open(self) -> BinaryIO:
        self._options.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self._part.open("r+b" if self._part.exists() else "w+b", buffering=0)
        end = _end_of_lines(file)
        file.truncate(end)
        file.seek(end)
        self._file = file
        return file

    def _leave(self) -> None:
        if self._file:
            self._file.close()
        self._file = None

    def _rotate_if_due(self) -> None:
        if not self._part.exists() or (self._file is None and not self._open()):
            return
        status = self._part.stat()
        # The file's age is not in its status; the first row's time would be, but rows may be old.
        is_due = status.st_size >= self._options.max_bytes or self._age_s() >= self._options.max_age_s
        if status.st_size and is_due:
            self._rotate()

    def _age_s(self) -> float:
        started = self._part.with_suffix(".started")
        if not started.exists():
            started.write_text(f"{self._now_s():.3f}", encoding="ascii")
        try:
            return self._now_s() - float(started.read_text(encoding="ascii"))
        except ValueError:
            return self._options.max_age_s

    def _rotate(self) -> None:
        self._leave()
        closed = self._closed_name()
        if self._options.format == "parquet":
            write_parquet(self._part, closed)
            self._part.unlink()
        else:
            self._part.replace(closed)
        self._part.with_suffix(".started").unlink(missing_ok=True)
        _sync_folder(self._options.folder)

    def _closed_name(self) -> Path:
        stamp = datetime.fromtimestamp(self._now_s(), UTC).strftime("%Y%m%dT%H%M%SZ")
        while True:
            self._number += 1
            path = (
                self._options.folder
                / f"{self._options.prefix}-{stamp}-{self._number:04d}.{self._options.format}"
            )
            if not path.exists():
                return path


def _write_all(file: BinaryIO, data: bytes) -> None:
    """Write everything: a disk that gets full takes a part first, and says so with the next call only."""
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]


def _end_of_lines(file: BinaryIO) -> int:
    """Return where the last whole line ends."""
    end = file.seek(0, os.SEEK_END)
    while end > 0:
        start = max(end - _SEARCH_STEP, 0)
        file.seek(start)
        index = file.read(end - start).rfind(b"\n")
        if index >= 0:
            return start + index + 1
        end = start
    return 0


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
