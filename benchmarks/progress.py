"""What a measurement is doing, told on stderr: the results alone are on stdout."""

import sys
import time
from typing import Final

_EVERY_S: Final = 10.0


def tell(text: str) -> None:
    """Say what begins now, with the time of day."""
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


class Progress:
    """Something long of so many equal steps; it is told now and then how far it is and how long the rest takes."""

    def __init__(self, what: str, steps: int) -> None:
        self._what = what
        self._steps = steps
        self._begin_s = self._told_s = time.monotonic()

    def reached(self, step: int) -> None:
        """Note that so many steps are done, at least one."""
        now_s = time.monotonic()
        if now_s - self._told_s < _EVERY_S:
            return
        self._told_s = now_s
        left_s = (now_s - self._begin_s) / step * (self._steps - step)
        tell(f"{self._what}: {step:,} of {self._steps:,}, about {left_s:,.0f} s left")
