"""The garbage collector of a sidecar, in a process of its own: the tests keep theirs."""

import subprocess
import sys

PROGRAM = """
import gc, weakref
from otel_bridge_collector.garbage import THRESHOLDS, search_rarely

class Circle:
    def __init__(self):
        self.itself = self

before = gc.get_freeze_count()
search_rarely()
assert gc.get_freeze_count() > before + 1_000, gc.get_freeze_count()
circle = weakref.ref(Circle())
objects = [[] for _ in range(2 * THRESHOLDS[0])]
print(circle() is None)
"""


def test_circles_are_still_found() -> None:
    ended = subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True)

    assert ended.stdout == "True\n"
