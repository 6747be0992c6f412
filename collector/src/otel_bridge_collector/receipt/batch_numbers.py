"""The numbers of the requests that came from one process, as ranges: what came twice, and how many never came."""

from collections.abc import Iterable, Sequence
from typing import Final

MAX_RANGES: Final = 256
"""Beyond these the two oldest are joined: a gap that old counts as filled, and what comes late for it as come twice."""


class BatchNumbers:
    """A set of positive numbers, most of them in a row.

    Args:
        ranges: first and last number of each range, in order, as `ranges` gives them.
    """

    def __init__(self, ranges: Iterable[Sequence[int]] = ()) -> None:
        self.ranges = [(first, last) for first, last in ranges]

    def __contains__(self, number: int) -> bool:
        return any(first <= number <= last for first, last in self.ranges)

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self.ranges)

    def add(self, number: int) -> bool:
        """Add a number; tell whether it is new."""
        if number in self:
            return False
        joined = (number, number)
        apart: list[tuple[int, int]] = []
        for first, last in self.ranges:
            if last + 1 < joined[0] or joined[1] + 1 < first:
                apart.append((first, last))
            else:
                joined = (min(first, joined[0]), max(last, joined[1]))
        self.ranges = sorted([*apart, joined])
        if len(self.ranges) > MAX_RANGES:
            (first, _), (_, last), *rest = self.ranges
            self.ranges = [(first, last), *rest]
        return True
