"""Find payment card numbers in text: digits in groups whose Luhn checksum is right.

Source: ISO/IEC 7812-1:2017, annex B (checksum); numbers of cards begin with 2 to 6 and have 13 to 19 digits.
"""

import re
from collections.abc import Callable
from itertools import accumulate
from typing import Final

_RUN: Final = re.compile(r"\d(?:[ \u00a0.-]?\d)*+")
_GROUP: Final = re.compile(r"\d+")
_LENGTHS: Final = range(13, 20)
_FIRST: Final = frozenset("23456")
_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def replace_cards(text: str, shown: Callable[[str], str]) -> str:
    """Return `text` with what `shown` makes of each number of a card; groups of digits may be apart by one character."""
    return _RUN.sub(lambda run: _without_cards(run[0], shown), text)


def _without_cards(run: str, shown: Callable[[str], str]) -> str:
    """Look at every row of whole groups that has the length of a card number."""
    groups = [(found.start(), found.end()) for found in _GROUP.finditer(run)]
    digits = _GROUP.findall(run)
    if sum(map(len, digits)) < _LENGTHS.start:
        return run
    ends = list(accumulate(map(len, digits), initial=0))
    luhn = _Luhn("".join(digits))
    kept: list[str] = []
    done = first = 0
    while first < len(groups):
        last = _last_group(ends, first, luhn)
        if last is None:
            first += 1
            continue
        begin, end = groups[first][0], groups[last][1]
        kept += [run[done:begin], shown(run[begin:end])]
        done, first = end, last + 1
    return "".join([*kept, run[done:]])


def _last_group(ends: list[int], first: int, luhn: "_Luhn") -> int | None:
    """The group with which a card number that begins with group `first` ends, the longest one; None for no card."""
    found = None
    for last in range(first, len(ends) - 1):
        length = ends[last + 1] - ends[first]
        if length >= _LENGTHS.stop:
            break
        if length in _LENGTHS and luhn.holds(ends[first], ends[last + 1]):
            found = last
    return found


class _Luhn:
    """The checksum of any part of a row of digits, each in constant time."""

    def __init__(self, digits: str) -> None:
        self._digits = digits
        values = [int(digit) for digit in digits]
        self._sums = [
            list(accumulate((_DOUBLED[v] if at % 2 == odd else v for at, v in enumerate(values)), initial=0))
            for odd in (0, 1)
        ]

    def holds(self, begin: int, end: int) -> bool:
        """Whether the digits from `begin` up to `end` can be the number of a card."""
        # The last digit is not doubled, the one before it is.
        sums = self._sums[end % 2]
        return self._digits[begin] in _FIRST and (sums[end] - sums[begin]) % 10 == 0
