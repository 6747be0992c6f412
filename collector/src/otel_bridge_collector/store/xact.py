"""Transaction ids and pagination keys, in Braintrust's own arithmetic. It stores nothing.

Source: rows recorded from the hosted service (spec/translation.md section 1.3). A transaction id is
`0x0DE1 << 48 | unix seconds << 16 | counter`; a pagination key is `p` and 20 digits of the lower 48 bits of the
id, shifted by 16, plus the row's place in the transaction.
"""

import threading
import time
from collections.abc import Callable
from typing import Final

_PREFIX: Final = 0x0DE1 << 48
_COUNTER_BITS: Final = 16
_INDEX_BITS: Final = 16
_LOWER_48: Final = (1 << 48) - 1
_MAX_INDEX: Final = (1 << _INDEX_BITS) - 1


class XactClock:
    """Gives transaction ids that grow, also over restarts and when the system's clock goes back."""

    def __init__(self, last: int, *, now_s: Callable[[], float] = time.time) -> None:
        """Go on behind `last`, the newest id given before; 0 when there is none."""
        self._last = last
        self._now_s = now_s
        self._giving = threading.Lock()

    def next(self) -> int:
        """Return a new id; past 65,536 in a second the ids run ahead of the clock."""
        with self._giving:
            first_of_second = _PREFIX | int(self._now_s()) << _COUNTER_BITS
            self._last = max(self._last + 1, first_of_second)
            return self._last


def pagination_key(xact: int, index: int) -> str:
    """Return the key of row number `index` (from 0) of a transaction; keys sort as the rows were written.

    Rows behind number 65,535 share its key, since no larger number fits.
    """
    place = (xact & _LOWER_48) << _INDEX_BITS | min(index, _MAX_INDEX)
    return f"p{place:020d}"
