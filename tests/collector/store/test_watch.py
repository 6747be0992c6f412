"""What is interrupted, and when."""

import threading
import time
from collections.abc import Iterator

import pytest

from otel_bridge_collector.store.watch import Watch


@pytest.fixture
def watch() -> Iterator[Watch]:
    opened = Watch()
    yield opened
    opened.close()


def watchers() -> int:
    return sum(thread.name == "query-watch" for thread in threading.enumerate())


def test_what_takes_too_long_is_interrupted_until_it_ends(watch: Watch) -> None:
    interrupted = threading.Semaphore(0)
    begun = watch.begin(0.01, interrupted.release)

    assert [interrupted.acquire(timeout=60) for _ in range(3)] == [True] * 3
    assert (watch.end(begun), watch.end(begun)) == (False, False)


def test_what_ends_in_time_is_not_interrupted(watch: Watch) -> None:
    interrupted = threading.Event()
    begun = watch.begin(0.2, interrupted.set)

    assert watch.end(begun) is True
    assert interrupted.wait(0.4) is False


def test_the_shortest_time_counts_whatever_began_before(watch: Watch) -> None:
    early, late = threading.Event(), threading.Event()
    first = watch.begin(3600, late.set)
    second = watch.begin(0.01, early.set)

    assert early.wait(60) is True
    assert (watch.end(first), watch.end(second), late.is_set()) == (True, False, False)


def test_one_thread_watches_over_all_and_ends_with_them() -> None:
    opened = Watch()
    before = watchers()
    begun = [opened.begin(60, print) for _ in range(3)]
    during = watchers()
    for each in begun:
        opened.end(each)
    opened.close()

    assert (during - before, watchers() - before) == (1, 0)


def test_to_close_waits_for_what_runs_and_interrupts_it() -> None:
    opened = Watch()
    interrupted = threading.Event()
    begun = opened.begin(3600, interrupted.set)
    ended: list[bool] = []

    def run() -> None:
        interrupted.wait(60)
        time.sleep(0.1)
        ended.append(opened.end(begun))

    running = threading.Thread(target=run)
    running.start()
    opened.close()

    assert ended == [False]
    running.join()
