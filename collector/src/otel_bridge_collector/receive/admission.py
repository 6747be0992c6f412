"""How much may be in flight: bytes of request bodies in memory, bounded in all and shared out fairly. It reads no body.

Each caller may hold as much as `_ALPHA` times what is still free (dynamic thresholds: Choudhury and Hahne, "Dynamic Queue Length
Thresholds for Shared-Memory Packet Switches", 1998). Alone it gets two thirds of the room, two that want all of it two fifths each,
and there is always room for one more that comes.
"""

import asyncio
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from otel_bridge_collector.errors import OverloadedError

_ALPHA: Final = 2
_MAX_WAITING: Final = 1_000
"""Requests that may wait for room; they hold nothing more than before."""

_TOO_MUCH: Final = "too many requests are in flight: send this one again in a second"
_TOO_MUCH_OF_ONE: Final = "too many requests of this caller are in flight: send this one again in a second"


class Admission:
    """The room for request bodies; for one event loop."""

    def __init__(self, max_bytes: int, *, wait_s: float = 1.0) -> None:
        """Give room.

        Args:
            max_bytes: of all bodies together, decompressed.
            wait_s: how long a request may wait for others to be answered, before it is told to come back.
        """
        self.max_bytes = max_bytes
        self._wait_s = wait_s
        self._used = 0
        self._held: Counter[str] = Counter()
        self._waiting: set[asyncio.Future[None]] = set()
        self.is_pressed = False

    @property
    def used_bytes(self) -> int:
        """Bytes that are held now."""
        return self._used

    @contextmanager
    def hold(self, caller: str) -> Generator["Hold"]:
        """Hold room for one request of a caller, from nothing on; it is free again at the end."""
        held = Hold(self, caller)
        try:
            yield held
        finally:
            self.give_back(caller, held.size_bytes)

    def try_hold(self, caller: str, size_bytes: int) -> "Hold | None":
        """Hold room for one request of a caller where there is some now; whoever holds it gives it back."""
        if not self._has_room(caller, size_bytes):
            return None
        self._grant(caller, size_bytes)
        held = Hold(self, caller)
        held.size_bytes = size_bytes
        return held

    async def take(self, caller: str, size_bytes: int) -> None:
        """Take room for a caller.

        Raises:
            OverloadedError: there was none for as long as one may wait.
        """
        if not self._has_room(caller, size_bytes):
            await self._wait_for_room(caller, size_bytes)
        self._grant(caller, size_bytes)

    def give_back(self, caller: str, size_bytes: int) -> None:
        """Give room back, and let those try again who wait for it."""
        self._release(caller, size_bytes)
        self._wake()

    def press(self, *, is_pressed: bool) -> None:
        """Let requests in one at a time only, or as many as there is room for again."""
        self.is_pressed = is_pressed
        if not is_pressed:
            self._wake()

    def _wake(self) -> None:
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)

    def hand_over(self, caller: str, size_bytes: int, to: str) -> None:
        """Let one caller hold what another held, for longer than a request.

        It may hold no more so than is free then: half of its share, so that the requests which end it find room.

        Raises:
            OverloadedError: it would be more.
        """
        self._release(caller, size_bytes)
        if self._held[to] + size_bytes > self.max_bytes - self._used - size_bytes:
            self._grant(caller, size_bytes)
            raise OverloadedError(_TOO_MUCH_OF_ONE, is_own=True)
        self._grant(to, size_bytes)

    def _grant(self, caller: str, size_bytes: int) -> None:
        self._used += size_bytes
        self._held[caller] += size_bytes

    def _release(self, caller: str, size_bytes: int) -> None:
        self._used -= size_bytes
        self._held[caller] -= size_bytes
        if not self._held[caller]:
            del self._held[caller]

    def _has_room(self, caller: str, size_bytes: int) -> bool:
        return self._fits(size_bytes) and self._is_fair(caller, size_bytes)

    def _fits(self, size_bytes: int) -> bool:
        if self.is_pressed and self._used:
            return False
        return self._used + size_bytes <= self.max_bytes

    def _is_fair(self, caller: str, size_bytes: int) -> bool:
        free = self.max_bytes - self._used
        return self._held[caller] + size_bytes <= _ALPHA * free

    async def _wait_for_room(self, caller: str, size_bytes: int) -> None:
        # One of too many waiters does not wait at all.
        wait_s = self._wait_s if len(self._waiting) < _MAX_WAITING else 0
        try:
            async with asyncio.timeout(wait_s):
                while not self._has_room(caller, size_bytes):
                    await self._next_change()
        except TimeoutError as error:
            is_own = self._fits(size_bytes)
            raise OverloadedError(_TOO_MUCH_OF_ONE if is_own else _TOO_MUCH, is_own=is_own) from error

    async def _next_change(self) -> None:
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.add(waiter)
        try:
            await waiter
        finally:
            self._waiting.discard(waiter)


class Hold:
    """The room that one request holds."""

    def __init__(self, admission: Admission, caller: str) -> None:
        self._admission = admission
        self.caller = caller
        self.size_bytes = 0

    async def grow(self, size_bytes: int) -> None:
        """Hold more; no more than before needs no room, however full it is.

        Raises:
            OverloadedError: there is no room.
        """
        if size_bytes:
            await self._admission.take(self.caller, size_bytes)
            self.size_bytes += size_bytes

    def hand_over(self, caller: str) -> "Hold":
        """Let a caller hold this from now on, beyond the request; it gives it back itself.

        Raises:
            OverloadedError: it would hold more than its share.
        """
        other = Hold(self._admission, caller)
        self._admission.hand_over(self.caller, self.size_bytes, caller)
        other.size_bytes, self.size_bytes = self.size_bytes, 0
        return other

    def give_back(self) -> None:
        """Hold nothing any more."""
        self.shrink_to(0)

    def shrink_to(self, size_bytes: int) -> None:
        """Hold no more than this."""
        if size_bytes < self.size_bytes:
            self._admission.give_back(self.caller, self.size_bytes - size_bytes)
            self.size_bytes = size_bytes
