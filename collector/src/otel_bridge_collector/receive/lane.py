"""The lane: connections of steady senders are served by the compiled receiver, on threads of its own, as long as nothing is out of the ordinary.

Python takes each connection first, and vouches for requests with the head that it has just answered: what is noted of them, and what is
answered. Its word holds for a second, and one request goes through Python again meanwhile; so a key that was revoked, a quota or a masking
rule holds in the lane within that time. A connection whose next request is anything else comes back with all that was read of it, before
any of it was kept. Its other side is `native/src/lane.rs`.
"""

import asyncio
import contextlib
import math
import os
import re
import socket
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from ctypes import (
    CDLL,
    POINTER,
    Structure,
    byref,
    c_char_p,
    c_int,
    c_int32,
    c_int64,
    c_size_t,
    c_uint8,
    c_uint64,
    create_string_buffer,
    string_at,
)
from dataclasses import dataclass
from typing import Any, Final, Protocol

from otel_bridge.contract.receipt import RECEIPT_HEADER
from otel_bridge_collector.compiled import Library
from otel_bridge_collector.metrics.catalog import ACCEPTED
from otel_bridge_collector.spool.pen import Pen
from otel_bridge_collector.telemetry import Counters

THREADS: Final = 16
"""Each with room for one request of `MAX_BYTES`."""

MAX_BYTES: Final = 1 << 20
"""Of a body."""

MEMORY_BYTES: Final = 2 * THREADS * MAX_BYTES
"""At most: bodies that are read, and as many on their way to Python."""

_STEADY_S: Final = 1.0
"""Two requests with the same head within this time come of a steady sender; others are not worth a second look."""

_MAX_HEADS: Final = 64
_SWEEP_S: Final = 1.0
_LENGTH: Final = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)\r\n", re.IGNORECASE)
_RECEIPT: Final = re.compile(rb"\r\n%b:[ \t]*([^\s]+)\r\n" % RECEIPT_HEADER.encode(), re.IGNORECASE)
_RECEIPT_NAME: Final = re.compile(rb"\r\n%b:" % RECEIPT_HEADER.encode(), re.IGNORECASE)


class Connect(Protocol):
    """Serves connections by Python."""

    def __call__(
        self, connection: socket.socket, came: bytes, *, is_slow: bool
    ) -> Coroutine[Any, Any, object]:
        """Serve one from the bytes on that were read of it; its sender may be too slow for the lane."""
        ...


class HasDescriptor(Protocol):
    """A socket, or what asyncio shows of one."""

    def fileno(self) -> int:
        """Return its descriptor."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What Python knows of the next requests with a head, if nothing changes.

    Attributes:
        routing: what is noted of each, around transaction and receipt (`spool.record.routing_frame`).
        parent_key: the attribute that names a parent, where somebody must be asked about parents; else empty.
        max_messages: how many it may hold.
        max_body_bytes: how large it may be.
    """

    routing: tuple[bytes, bytes]
    parent_key: bytes
    max_messages: int
    max_body_bytes: int


class Lane:
    """The lane of one port; for one event loop."""

    def __init__(self, compiled: Library, pen: Pen, counters: Counters) -> None:
        """Make it; it serves nothing before `start`.

        Args:
            compiled: serves.
            pen: of the spool that takes the requests.
            counters: count what was kept.
        """
        quick, waiting = compiled.quick, compiled.waiting
        self._pen = pen
        self._new = _declared(waiting, "otb_lane_new", c_size_t)
        self._fd_of = _declared(quick, "otb_lane_fd")
        self._vouch = _declared(quick, "otb_lane_vouch", POINTER(_Vouched))
        self._bring = _declared(quick, "otb_lane_bring", c_int)
        self._returned = _declared(quick, "otb_lane_returned", POINTER(c_int32), POINTER(c_uint8), c_char_p)
        self._spans = _declared(quick, "otb_lane_spans")
        self._requests = _declared(quick, "otb_lane_requests")
        self._doubt = _declared(quick, "otb_lane_doubt")
        self._sweep_idle = _declared(quick, "otb_lane_sweep")
        self._close = _declared(quick, "otb_lane_close")
        self._is_over = _declared(quick, "otb_lane_is_over")
        self._buffer = create_string_buffer(quick["otb_lane_buffer_size"]())
        self._number = -1
        self._seen: OrderedDict[bytes, float] = OrderedDict()
        self._over = asyncio.Event()
        self._connecting: set[asyncio.Task[object]] = set()
        self._sweeping: asyncio.TimerHandle | None = None
        counters.follow(ACCEPTED["traces"], ("otlp", "http"), lambda: max(self._spans(self._number), 0))

    @property
    def requests(self) -> int:
        """How many requests were kept here."""
        return max(self._requests(self._number), 0)

    def start(self, connect: Connect) -> None:
        """Begin to serve.

        Args:
            connect: serves a connection that comes back.
        """
        self._number = self._new(self._pen.number, THREADS)
        if self._number < 0:
            return
        self._loop = asyncio.get_running_loop()
        self._connect = connect
        self._fd = self._fd_of(self._number)
        self._loop.add_reader(self._fd, self._take_back)
        self._sweep()

    async def stop(self) -> None:
        """Take no more; whatever is not kept by then comes back, and the rest is answered."""
        if self._number < 0:
            return
        if self._sweeping:
            self._sweeping.cancel()
        self._close(self._number)
        await self._over.wait()
        self._loop.remove_reader(self._fd)
        await asyncio.gather(*self._connecting, return_exceptions=True)
        # Who counts still asks the lane, when all that it served is gone.
        del self._connect, self._loop

    def is_steady(self, head: bytes, terms: Terms, answer: bytes, *, age_s: float) -> bool:
        """Vouch for requests with a head that comes often, and tell whether it does: then its connection is to be brought.

        Args:
            head: of a request that was kept whole.
            terms: of its like.
            answer: what was answered, all of it.
            age_s: how long ago it was asked who sends.
        """
        length = _one(_LENGTH, head)
        receipt = _one(_RECEIPT, head)
        if self._number < 0 or length is None or (receipt is None and _RECEIPT_NAME.search(head)):
            return False
        holes = sorted([length, receipt] if receipt else [length])
        cut = b"".join(head[start:end] for start, end in _between(holes, len(head)))
        now_s = time.monotonic()
        seen_s = self._seen.pop(cut, float("-inf"))
        self._seen[cut] = now_s
        if len(self._seen) > _MAX_HEADS:
            self._seen.popitem(last=False)
        if now_s - seen_s > _STEADY_S:
            return False
        vouched = _vouched(head, length, receipt or (0, 0), terms, answer)
        vouched.age_ms = math.ceil(age_s * 1000)
        return self._vouch(self._number, byref(vouched)) == 0

    def bring(self, connection: HasDescriptor) -> bool:
        """Serve a connection on which nothing is to be read or written by Python any more; tell whether that is done."""
        try:
            fd = os.dup(connection.fileno())
        except OSError:
            return False
        if self._bring(self._number, fd) == 0:
            return True
        os.close(fd)
        return False

    def doubt(self) -> None:
        """Take back all that was vouched for: what holds for requests has just changed."""
        self._seen.clear()
        self._doubt(self._number)

    def _take_back(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._fd, 8)
        is_over = self._is_over(self._number)  # asked before the last are taken: none comes after it
        fd, is_late = c_int32(), c_uint8()
        while (size := self._returned(self._number, byref(fd), byref(is_late), self._buffer)) >= 0:
            connection = socket.socket(fileno=fd.value)
            connection.setblocking(False)  # noqa: FBT003 - socket's own
            task = self._loop.create_task(
                self._connect(connection, string_at(self._buffer, size), is_slow=bool(is_late.value))
            )
            self._connecting.add(task)
            task.add_done_callback(self._connecting.discard)
        if is_over:
            self._over.set()

    def _sweep(self) -> None:
        self._sweep_idle(self._number)
        self._sweeping = self._loop.call_later(_SWEEP_S, self._sweep)


class _Lent(Structure):
    _fields_ = (("data", c_char_p), ("size", c_size_t))


class _Vouched(Structure):
    _fields_ = (
        ("head", _Lent),
        ("length", c_size_t * 2),
        ("receipt", c_size_t * 2),
        ("routing", _Lent * 2),
        ("parent_key", _Lent),
        ("answer", _Lent),
        ("max_body", c_size_t),
        ("max_messages", c_size_t),
        ("age_ms", c_uint64),
    )


def _vouched(
    head: bytes, length: tuple[int, int], receipt: tuple[int, int], terms: Terms, answer: bytes
) -> _Vouched:
    front, middle = terms.routing
    return _Vouched(
        _lent(head),
        length,
        receipt,
        (_lent(front), _lent(middle)),
        _lent(terms.parent_key),
        _lent(answer),
        min(terms.max_body_bytes, MAX_BYTES),
        terms.max_messages,
    )


def _lent(data: bytes) -> _Lent:
    return _Lent(data, len(data))


def _one(pattern: re.Pattern[bytes], head: bytes) -> tuple[int, int] | None:
    """Return the place of a header's value that is there once."""
    found = list(pattern.finditer(head))
    return found[0].span(1) if len(found) == 1 else None


def _between(holes: list[tuple[int, int]], size: int) -> list[tuple[int, int]]:
    starts = [0, *(end for _, end in holes)]
    ends = [*(start for start, _ in holes), size]
    return list(zip(starts, ends, strict=True))


def _declared(functions: CDLL, name: str, *arguments: Any) -> Callable[..., int]:
    function = functions[name]  # one of its own: of an attribute there is one for all
    function.argtypes = [c_int64, *arguments]
    function.restype = c_int64
    return function
