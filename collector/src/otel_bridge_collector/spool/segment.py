"""Segments: append-only files of records. It knows one file, not the order of files or who reads them.

A segment is named `<first sequence number>-<marker in hex>.seg` and has no header of its own, so there is no
header to damage. Only the newest segment grows; a segment that was left is never written again.
"""

import os
import re
import secrets
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Final

from otel_bridge_collector.spool.record import HEAD_SIZE, MARKER_SIZE, Record, unpack_body, unpack_head

_NAME: Final = re.compile(r"(?P<first_seq>\d{20})-(?P<marker>[0-9a-f]{16})")
_SEARCH_STEP: Final = 1 << 20
_MOST_PARTS: Final = 1024
"""Of one write: `IOV_MAX` of Linux and macOS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One file of the spool, as far as it is durable.

    Attributes:
        first_seq: no record in it has a smaller number.
        marker: begins each of its records.
        size: bytes that are durable; readers look no further.
    """

    path: Path
    first_seq: int
    marker: bytes
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An intact record and its place; between the place asked for and `start` lies damage."""

    record: Record = field(repr=False)
    start: int
    end: int


def create_segment(folder: Path, first_seq: int) -> Segment:
    """Create an empty segment whose name is durable when this returns.

    Raises:
        OSError: the folder cannot be written.
    """
    marker = secrets.token_bytes(MARKER_SIZE)
    path = folder / f"{first_seq:020d}-{marker.hex()}.seg"
    path.touch(exist_ok=False)
    _sync_folder(folder)
    return Segment(path=path, first_seq=first_seq, marker=marker, size=0)


def list_segments(folder: Path) -> list[Segment]:
    """Return the segments of `folder`, oldest first; files with other names are not ours."""
    return sorted(
        (segment for path in folder.glob("*.seg") if (segment := _from_name(path))),
        key=lambda segment: (segment.first_seq, segment.size),
    )


def append_to(segment: Segment, *parts: bytes) -> Segment:
    """Write `parts` behind the durable bytes and return the segment with them, durable.

    Raises:
        OSError: the segment is as it was, or has bytes behind its durable end that belong to nobody.
    """
    descriptor = os.open(segment.path, os.O_WRONLY)
    try:
        size = _write_all(descriptor, parts, segment.size)
        _sync_data(descriptor)
    except OSError:
        # After a failed sync the kernel may have dropped the pages: cut them off, so that no half record stays.
        os.ftruncate(descriptor, segment.size)
        raise
    finally:
        os.close(descriptor)
    return replace(segment, size=size)


def leave(segment: Segment) -> None:
    """Let the system forget the pages of a segment that grows no more: they give room to the next, and to files that are read again."""
    if hasattr(os, "posix_fadvise"):  # macOS has none
        descriptor = os.open(segment.path, os.O_RDONLY)
        try:
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)


def scan(segment: Segment, offset: int = 0) -> Iterator[Found]:
    """Yield the intact records from `offset` on, in order; damage between them is passed over."""
    descriptor = os.open(segment.path, os.O_RDONLY)
    try:
        while found := _next_record(descriptor, segment, offset):
            yield found
            offset = found.end
    finally:
        os.close(descriptor)


def cut_tail(segment: Segment, last: Found | None) -> Segment:
    """Cut off what follows the `last` intact record: the write that a crash left unfinished.

    Raises:
        OSError: the file cannot be cut.
    """
    end = last.end if last else 0
    if end < segment.size:
        os.truncate(segment.path, end)
    return replace(segment, size=end)


def _sync_data(descriptor: int) -> None:
    """Make the bytes of a file durable, and of its metadata what reading them needs."""
    if sys.platform == "darwin":
        os.fsync(descriptor)
    else:
        os.fdatasync(descriptor)


def _from_name(path: Path) -> Segment | None:
    name = _NAME.fullmatch(path.stem)
    if name is None:
        return None
    marker = bytes.fromhex(name["marker"])
    return Segment(path=path, first_seq=int(name["first_seq"]), marker=marker, size=path.stat().st_size)


def _next_record(descriptor: int, segment: Segment, offset: int) -> Found | None:
    while (start := _find_marker(descriptor, segment, offset)) is not None:
        head = unpack_head(os.pread(descriptor, HEAD_SIZE, start))
        if head is None or start + head.size > segment.size:
            offset = start + 1
            continue
        body = os.pread(descriptor, head.routing_size + head.payload_size, start + HEAD_SIZE)
        if record := unpack_body(head, body):
            return Found(record=record, start=start, end=start + head.size)
        offset = start + head.size
    return None


def _find_marker(descriptor: int, segment: Segment, offset: int) -> int | None:
    if os.pread(descriptor, MARKER_SIZE, offset) == segment.marker and offset < segment.size:
        return offset
    while offset < segment.size:
        data = os.pread(descriptor, _SEARCH_STEP, offset)
        if (index := data.find(segment.marker)) >= 0:
            return offset + index
        # The marker may lie across the border of two steps.
        offset += max(len(data) - MARKER_SIZE + 1, 1)
    return None


def _write_all(descriptor: int, parts: Sequence[bytes], offset: int) -> int:
    """Write parts one behind the other, none of them copied here, and return where the last one ends."""
    waiting = deque(memoryview(part) for part in parts if part)
    while waiting:
        written = os.pwritev(descriptor, list(islice(waiting, _MOST_PARTS)), offset)
        offset += written
        while waiting and written >= len(waiting[0]):
            written -= len(waiting.popleft())
        if written:
            waiting[0] = waiting[0][written:]
    return offset


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
