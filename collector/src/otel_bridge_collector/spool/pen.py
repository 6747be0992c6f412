"""The pen of the segment that grows, where the compiled receiver writes as well: who has it writes, and nobody else does.

The spool takes it for all that it does to its newest segment, and gives it back with leave to write so far into that segment. What is
out of the ordinary - another segment, room, a disk that fails - is never done without it, and stands in `spool.py` alone.
Its other side is `native/src/append.rs`.
"""

from collections.abc import Callable, Sequence
from ctypes import (
    CDLL,
    POINTER,
    Structure,
    byref,
    c_char_p,
    c_double,
    c_int64,
    c_size_t,
    c_uint8,
    c_uint64,
)
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from otel_bridge_collector.compiled import Library

_MAX_DURATIONS: Final = 256
_CLOSED: Final = -2


class Place(NamedTuple):
    """How far the newest segment is written.

    Attributes:
        marker: of the segment; zeros for none.
        size: bytes that are durable.
        end_seq: the number after the last durable record's.
        next_seq: the next number; 0 where it is not told.
    """

    marker: bytes
    size: int
    end_seq: int
    next_seq: int


class Leave(NamedTuple):
    """A segment that may be written.

    Attributes:
        full_bytes: once it has so many, nothing more is.
        most_bytes: it never has more.
    """

    path: Path
    full_bytes: int
    most_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What was written without the spool.

    Attributes:
        is_new: whether any record became durable.
        durations_s: how long groups took.
    """

    is_new: bool
    durations_s: Sequence[float]


class Pen:
    """The pen of one spool; for any thread.

    Attributes:
        number: what the library calls it.
    """

    def __init__(self, compiled: Library) -> None:
        """Make a pen that leaves nobody else to write."""
        quick, waiting = compiled.quick, compiled.waiting
        self._take = _declared(waiting, "otb_pen_take", _PLACE)
        self._give = _declared(waiting, "otb_pen_give", _PLACE, c_char_p, c_size_t, c_uint64, c_uint64)
        self._extent = _declared(quick, "otb_pen_extent", _PLACE)
        self._hear = _declared(
            waiting, "otb_pen_hear", c_uint64, POINTER(c_double), c_size_t, POINTER(c_uint8)
        )
        self._close = _declared(waiting, "otb_pen_close", c_uint64)
        self._xact = _declared(quick, "otb_pen_xact", c_uint64, c_uint64)
        self.number: int = quick.otb_pen_new()

    def take(self) -> Place:
        """Wait for the pen, and return what was written until now; nobody else writes until `give`."""
        place = _Place()
        self._take(self.number, byref(place))
        return _told(place)

    def give(self, place: Place, leave: Leave | None) -> None:
        """Give the pen back.

        Args:
            place: what is written now.
            leave: what others may write; None for nothing.
        """
        path, full, most = (bytes(leave.path), leave.full_bytes, leave.most_bytes) if leave else (b"", 0, 0)
        self._give(self.number, byref(_packed(place)), path, len(path), full, most)

    def extent(self) -> Place:
        """Return what is durable now, whoever wrote it; `next_seq` is not told."""
        place = _Place()
        self._extent(self.number, byref(place))
        return _told(place)

    def hear(self, timeout_s: float) -> News | None:
        """Wait for news, or until nothing was new for so long; None when the pen is closed."""
        durations, is_new = (c_double * _MAX_DURATIONS)(), c_uint8()
        count = self._hear(self.number, int(timeout_s * 1000), durations, _MAX_DURATIONS, byref(is_new))
        if count == _CLOSED:
            return None
        return News(is_new=bool(is_new.value), durations_s=durations[:count])

    def next_xact(self, smallest: int, room: int) -> int:
        """Return a transaction id, larger than all before and at least `smallest`; `room` more ids go with it."""
        return self._xact(self.number, smallest, room)

    def close(self, timeout_s: float = 0) -> None:
        """Let nobody else write any more, and `hear` end; wait no longer than that for what is being written."""
        self._close(self.number, int(timeout_s * 1000))


class _Place(Structure):
    _fields_ = (
        ("marker", c_uint8 * 8),
        ("size", c_uint64),
        ("end_seq", c_uint64),
        ("next_seq", c_uint64),
    )


_PLACE: Final = POINTER(_Place)


def _packed(place: Place) -> _Place:
    # Not as `c_char`, which ends at the first zero.
    return _Place((c_uint8 * 8)(*place.marker), place.size, place.end_seq, place.next_seq)


def _told(place: _Place) -> Place:
    return Place(bytes(place.marker), place.size, place.end_seq, place.next_seq)


def _declared(functions: CDLL, name: str, *arguments: Any) -> Callable[..., int]:
    function = functions[name]  # one of its own: of an attribute there is one for all
    function.argtypes = [c_int64, *arguments]
    function.restype = c_int64
    return function
