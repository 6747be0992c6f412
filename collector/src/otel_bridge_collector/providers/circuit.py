"""When a provider counts as away: calls are not held up by one that failed several times in a row, until it is tried again. It asks none."""

import time
from collections.abc import Callable
from typing import Final

OPEN_AFTER: Final = 5
"""Calls in a row that fail, each with its retries."""

REST_S: Final = 10.0
"""How long nobody asks then; after that one call tries."""


class Circuit:
    """The circuit of one provider; for one event loop."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._until_s = 0.0

    def closed_in_s(self) -> float:
        """Return how long nobody may ask; 0 for who may. Where the provider counts as away, who may is alone for a rest."""
        if self._failures < OPEN_AFTER:
            return 0.0
        now_s = self._clock()
        if now_s < self._until_s:
            return self._until_s - now_s
        self._until_s = now_s + REST_S
        return 0.0

    def note(self, *, is_failure: bool) -> bool:
        """Take in how a call ended; tell whether that changed what the provider counts as."""
        was_away = self._failures >= OPEN_AFTER
        self._failures = self._failures + 1 if is_failure else 0
        is_away = self._failures >= OPEN_AFTER
        if is_away:
            self._until_s = self._clock() + REST_S
        return is_away != was_away
