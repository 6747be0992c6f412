"""The turns of a sidecar's threads, in a process of its own: the tests keep theirs."""

import subprocess
import sys

PROGRAM = """
import threading, time
from otel_bridge_collector.turns import take_short_turns

def turns_beside_a_busy_thread():
    turns, ended = 0, threading.Event()

    def compute():
        until_s = time.thread_time() + 0.2
        while time.thread_time() < until_s:
            sum(range(100))
        ended.set()

    thread = threading.Thread(target=compute)
    thread.start()
    while not ended.is_set():
        time.sleep(0)  # lets go of the interpreter, and waits until it is given back
        turns += 1
    thread.join()
    return turns

def fewest_turns():
    # While the other thread waits for a processor, turns are many and say nothing.
    return min(turns_beside_a_busy_thread() for _ in range(5))

before = fewest_turns()
take_short_turns()
print(fewest_turns() > 2 * before)
"""


def test_who_lets_go_of_the_interpreter_gets_it_back_soon() -> None:
    ended = subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True)

    assert ended.stdout == "True\n"
