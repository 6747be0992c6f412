"""Numbers and intervals of queries, as far as the engine can hold them. It reads no tokens from a text."""

import math
from collections.abc import Mapping
from typing import Final

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.reader import between
from otel_bridge_collector.query.syntax import Interval, Place
from otel_bridge_collector.query.tokens import Token

UNITS: Final[Mapping[str, int]] = {
    "second": 2_147_483_647, "minute": 2_147_483_647, "hour": 87_600_000, "day": 3_650_000, "week": 520_000, "month": 120_000, "year": 10_000,
}  # fmt: skip
"""Unit of an interval -> how many of it there may be: what the engine can count, and no more than 10,000 years."""

_MOST_DIGITS: Final = 38  # of a whole number in DuckDB


LARGEST_COUNT: Final = 2**63 - 1
"""What the engine counts rows and seeds with."""


def count_of(token: Token) -> int:
    """Return the whole number that a token of digits says.

    Raises:
        QueryError: no engine counts so far.
    """
    # Python reads no number of more than some thousand digits.
    if len(token.text.lstrip("0")) > len(str(LARGEST_COUNT)) or int(token.text) > LARGEST_COUNT:
        message = f"this number is too large, it is at most {LARGEST_COUNT}"
        raise QueryError(message, offset=token.offset, length=token.place.length, code="badNumber")
    return int(token.text)


def number_of(token: Token) -> int | float:
    """Return the number that a token says.

    Raises:
        QueryError: no engine can hold it.
    """
    if token.text.isdecimal() and len(token.text) <= _MOST_DIGITS:
        return int(token.text)
    value = float(token.text)
    if not math.isfinite(value):
        message = "this number is too large"
        raise QueryError(message, offset=token.offset, length=token.place.length, code="badNumber")
    return value


def interval_of(count: str, unit: str, *, whole: Place, amount: Place) -> Interval:
    """Return the interval of so many units.

    Args:
        count: digits.
        unit: one of `UNITS`.
        whole: where it begins.
        amount: where the count and, in the same text, the unit stand.

    Raises:
        QueryError: it is none, or longer than what can be counted.
    """
    if not count.isdecimal() or unit not in UNITS:
        raise QueryError(
            "expected an interval such as: interval 7 day",
            offset=whole.offset,
            length=whole.length,
            suggestion=f"units are {', '.join(UNITS)}",
        )
    if len(count) > _MOST_DIGITS or int(count) > UNITS[unit]:
        raise QueryError(
            f"an interval has at most {UNITS[unit]} {unit}s",
            offset=amount.offset,
            length=amount.length,
            code="badArgument",
        )
    return Interval(count=int(count), unit=unit, place=between(whole, amount))
