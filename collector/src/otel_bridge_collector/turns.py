"""How long a thread of a sidecar keeps the interpreter while another one waits for it: a tenth of Python's own 5 ms.

A query is a few calls of the engine, which lets go of the interpreter for each and has to get it back from threads that translate and
store without a pause. With turns of 5 ms the smallest statement took some 100 ms beside two such threads, now it takes 15, and a span costs
as much as before (docs/performance.md).
"""

import sys
from typing import Final

TURN_S: Final = 0.0005


def take_short_turns() -> None:
    """Shorten the turns of all threads, for the process from now on."""
    sys.setswitchinterval(TURN_S)
