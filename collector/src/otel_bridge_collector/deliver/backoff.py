"""How long to wait before the next try, and when a destination counts as down. It does not wait, and knows no destination.

Source: "full jitter" with a floor, AWS Architecture Blog, "Exponential Backoff And Jitter", read 2026-11-22.
"""

import random
from collections.abc import Callable
from typing import Final

FIRST_S: Final = 0.1
MAX_S: Final = 30.0
OPEN_AFTER: Final = 5
_MAX_DOUBLINGS: Final = 16
"""Enough to reach any longest wait from a first one that makes sense; more would only make large numbers."""


class Backoff:
    """Waits that double from the first to the longest, each shortened by chance to as little as half."""

    def __init__(
        self,
        *,
        first_s: float = FIRST_S,
        max_s: float = MAX_S,
        open_after: int = OPEN_AFTER,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Make one for a destination that works.

        Args:
            first_s: the first wait, before chance.
            max_s: the longest one.
            open_after: failures in a row after which the destination counts as down.
            chance: gives numbers from 0 to 1.
        """
        self._first_s = first_s
        self._max_s = max_s
        self._open_after = open_after
        self._chance = chance
        self._failures = 0

    @property
    def is_open(self) -> bool:
        """Whether the destination counts as down: the circuit is open, and one small try at a time asks for it."""
        return self._failures >= self._open_after

    def failed(self, *, retry_after_s: float | None) -> float:
        """Count a failure; return the seconds to wait, no fewer than the other side asked for."""
        longest_s = min(self._first_s * 2.0 ** min(self._failures, _MAX_DOUBLINGS), self._max_s)
        self._failures += 1
        return max(longest_s * (1 + self._chance()) / 2, retry_after_s or 0.0)

    def succeeded(self) -> None:
        """Begin again with short waits."""
        self._failures = 0
