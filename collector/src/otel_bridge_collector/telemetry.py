"""The sidecar's own counters, and warnings that may come often. It exports nothing by itself."""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """Something that is counted; `metrics.catalog` has them all.

    Attributes:
        unit: in UCUM.
        labels: names of the labels; each takes few values.
    """

    name: str
    unit: str
    description: str
    labels: tuple[str, ...]


class Counters:
    """Numbers that only grow; any thread may add."""

    def __init__(self) -> None:
        self._values: defaultdict[Counted, defaultdict[tuple[str, ...], float]] = defaultdict(_zeros)
        self._changing = threading.Lock()
        self._followed: list[tuple[Counted, tuple[str, ...], Callable[[], float]]] = []

    def follow(self, counted: Counted, labels: tuple[str, ...], read: Callable[[], float]) -> None:
        """Count, under the values of the labels, what somebody else counts from 0 on, beside what is added here."""
        with self._changing:
            self._followed.append((counted, labels, read))

    def add(self, counted: Counted, amount: float, *labels: str) -> None:
        """Add `amount`, under the values of the labels, in their order."""
        with self._changing:
            self._values[counted][labels] += amount

    def values(self, counted: Counted) -> Mapping[tuple[str, ...], float]:
        """Return what was counted up to now, by the values of the labels."""
        with self._changing:
            return self._sums().get(counted, {})

    def totals(self) -> Mapping[str, float]:
        """Return what was counted up to now, by name, whatever the labels."""
        with self._changing:
            return {counted.name: sum(values.values()) for counted, values in self._sums().items()}

    def _sums(self) -> Mapping[Counted, Mapping[tuple[str, ...], float]]:
        sums = {counted: dict(values) for counted, values in self._values.items()}
        for counted, labels, read in self._followed:
            if amount := read():
                values = sums.setdefault(counted, {})
                values[labels] = values.get(labels, 0.0) + amount
        return sums


def _zeros() -> defaultdict[tuple[str, ...], float]:
    return defaultdict(float)


class RareLog:
    """Logs a warning that may come with every request, but no more than one in an interval."""

    def __init__(
        self, logger: logging.Logger, *, interval_s: float = 60.0, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._logger = logger
        self._interval_s = interval_s
        self._now_s = now_s
        self._next_s = float("-inf")
        self._left_out = 0

    def warning(self, message: str, *args: object) -> None:
        """Log the warning, behind the number of those left out before it, or leave it out."""
        if self._now_s() < self._next_s:
            self._left_out += 1
            return
        if self._left_out:
            self._logger.warning("%d warnings like the next were left out", self._left_out)
        self._logger.warning(message, *args)
        self._next_s = self._now_s() + self._interval_s
        self._left_out = 0
