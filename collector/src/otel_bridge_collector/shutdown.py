"""The one deadline of a shutdown, which all stages share. It stops nothing itself.

| stage | may take |
| --- | --- |
| requests that run, on all ports at once | half of the whole |
| the last metrics | a quarter of what is left then, 2 s at most |
| destinations, all at once | three quarters of what is left then |
| the spool | what is left |

A stage that is done early leaves its time to the next.
"""

import time
from collections.abc import Callable
from typing import Final

REQUESTS: Final = 0.5
METRICS: Final = 0.25
DESTINATIONS: Final = 0.75


class Shutdown:
    """How much time is left; it begins to run when the shutdown does."""

    def __init__(self, total_s: float, now_s: Callable[[], float] = time.monotonic) -> None:
        self._total_s = total_s
        self._now_s = now_s
        self._end_s: float | None = None

    def left_s(self, share: float = 1.0) -> float:
        """Return a share, from 0 to 1, of the seconds that are left, 0 when none are. The time runs from the first call on."""
        now_s = self._now_s()
        if self._end_s is None:
            self._end_s = now_s + self._total_s
        return max(self._end_s - now_s, 0.0) * share
