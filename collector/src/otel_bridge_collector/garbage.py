"""How often Python looks for circles of references in a sidecar: rarely, since its spans and rows form none.

What is read, translated and stored is freed by counting references. With Python's own thresholds the search for circles took a sixth of a span's
processor time (docs/performance.md), most of it over the objects of imported modules, which stay for ever.
"""

import atexit
import gc
from typing import Final

THRESHOLDS: Final = (200_000, 5, 50)
"""New objects before the youngest are searched, and how many such searches before the older ones are: see `gc.set_threshold`."""


def search_rarely() -> None:
    """Leave what is imported by now out of each search, and search less often; for the process from now on."""
    gc.freeze()
    # What is frozen is not freed at the end either, and libraries in C++ would tell of it as leaks in the log.
    atexit.register(gc.unfreeze)
    gc.set_threshold(*THRESHOLDS)
