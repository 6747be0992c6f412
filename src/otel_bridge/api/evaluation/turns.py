"""Let threads take turns more often while an evaluation has the main loop to itself.

The thread that encodes and sends spans holds the interpreter for a whole turn (5 ms) whenever the loop looks for what is ready, which it does
after every few cases. Shorter turns give the loop its share; how much is computed stays the same.
"""

import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

_TURN_S: Final = 0.0005

_lock: Final = threading.Lock()
_before_s: list[float] = []
"""The turn of each evaluation that runs, as it found it; the first one's is restored with the end of the last."""


@contextmanager
def short_turns() -> Generator[None]:
    """Shorten the turns of all threads; evaluations in several threads may do so at the same time."""
    with _lock:
        _before_s.append(sys.getswitchinterval())
        sys.setswitchinterval(min(_before_s[0], _TURN_S))
    try:
        yield
    finally:
        with _lock:
            first_s = _before_s[0]
            _before_s.pop()
            if not _before_s:
                sys.setswitchinterval(first_s)
