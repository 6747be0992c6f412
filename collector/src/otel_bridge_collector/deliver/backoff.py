"""How long to wait before the next try. It does not wait, and knows no destination.

Source: "full jitter" with a floor, AWS Architecture Blog, "Exponential Backoff And Jitter", read 2026-11-22.
"""

import random
from collections.abc import Callable
from typing import Final

FIRST_S: Final = 0.1
MAX_S: Final = 30.0
_MAX_DOUBLINGS: Final = 16
"""Enough to reach `MAX_S`; more would only make large numbers."""


class Backoff:
    """Waits that double from `FIRST_S` to `MAX_S`, each shortened by chance to as little as half."""

    def __init__(self, *, chance: Callable[[], float] = random.random) -> None:
        """Make one for a destination that works.

        Args:
            chance: gives numbers from 0 to 1.
        """
        self._chance = chance
        self._failures = 0

    def failed(self, *, retry_after_s: float | None) -> float:
        """Count a failure; return the seconds to wait, no fewer than the other side asked for."""
        longest_s = min(FIRST_S * 2.0 ** min(self._failures, _MAX_DOUBLINGS), MAX_S)
        self._failures += 1
        return max(longest_s * (1 + self._chance()) / 2, retry_after_s or 0.0)

    def succeeded(self) -> None:
        """Begin again with short waits."""
        self._failures = 0
