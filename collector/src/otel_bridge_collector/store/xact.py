"""Transaction ids and pagination keys, in Braintrust's own arithmetic. It stores nothing.

Source: rows recorded from the hosted service (spec/translation.md section 1.3). A transaction id is
`0x0DE1 << 48 | unix seconds << 16 | counter`; a pagination key is `p` and 20 digits of the lower 48 bits of the
id, shifted by 16, plus the row's place in the transaction.
"""

import threading
import time
from collections.abc import Callable
from typing import Final, TypeAlias

_PREFIX: Final = 0x0DE1 << 48
_COUNTER_BITS: Final = 16
_INDEX_BITS: Final = 16
_LOWER_48: Final = (1 << 48) - 1
_INDEX_MASK: Final = (1 << _INDEX_BITS) - 1
_SMALLEST_ROW_BITS: Final = 1
"""No row of a request takes less than 2 bytes."""

_MOST_ROOM: Final = 4096
"""Ids that one transaction can take: those of a request of 512 MiB."""


Give: TypeAlias = Callable[[int, int], int]
"""Gives an id: at least the first number, larger than all before and their room; the second number of ids goes with it."""


class XactClock:
    """Gives transaction ids that grow, also over restarts and when the system's clock goes back."""

    def __init__(
        self, last: int, *, now_s: Callable[[], float] = time.time, give: Give | None = None
    ) -> None:
        """Go on behind `last`, the newest id given before, and behind the room that it may have taken; 0 when there is none.

        Args:
            last: see above.
            now_s: the time.
            give: remembers what was given, where others give ids as well.
        """
        self._now_s = now_s
        self._give = give or _Own().give
        if last:
            self._give(last + _MOST_ROOM, 0)

    def next(self, *, payload_bytes: int = 0) -> int:
        """Return a new id; past 65,536 in a second the ids run ahead of the clock.

        The keys of a transaction's rows have room for 65,536 of them. A request that is large enough to hold more takes the
        ids behind its own as well, and its further rows have their keys (`pagination_key`).
        """
        room = min(payload_bytes >> _INDEX_BITS + _SMALLEST_ROW_BITS, _MOST_ROOM)
        return self._give(xact_at(self._now_s()), room)


class _Own:
    """Remembers what was given, where nobody else gives."""

    def __init__(self) -> None:
        self._last = 0
        self._giving = threading.Lock()

    def give(self, smallest: int, room: int) -> int:
        with self._giving:
            given = max(self._last + 1, smallest)
            self._last = given + room
            return given


def xact_at(time_s: float) -> int:
    """Return the smallest id that is given at a time, Unix seconds, as long as ids do not run ahead of the clock."""
    return _PREFIX | int(time_s) << _COUNTER_BITS


def pagination_key(xact: int, index: int) -> str:
    """Return the key of row number `index` (from 0) of a transaction; keys sort as the rows were written.

    Rows behind number 65,535 have keys of the ids that the transaction took besides (`XactClock.next`).
    """
    place = (xact + (index >> _INDEX_BITS) & _LOWER_48) << _INDEX_BITS | index & _INDEX_MASK
    return f"p{place:020d}"
