"""Waiting no longer than the deadline for calls that may block."""

import os
import threading
import time

import pytest

from otel_bridge import state
from otel_bridge.processor.deadline import DeadlineThread, RootFlush, flush_at_exit, flush_together
from otel_bridge.settings import Settings


def test_a_call_that_returns_in_time_is_waited_for() -> None:
    thread = DeadlineThread()
    called: list[str] = []

    assert thread.run(lambda: called.append("a"), timeout_ms=5_000)
    assert called == ["a"]
    thread.stop()


def test_a_call_that_blocks_is_left_behind() -> None:
    thread = DeadlineThread()
    release = threading.Event()
    begin = time.monotonic()

    assert not thread.run(release.wait, timeout_ms=20)
    assert not thread.run(lambda: None, timeout_ms=20)

    assert time.monotonic() - begin < 30
    release.set()
    assert thread.run(lambda: None, timeout_ms=5_000)
    thread.stop()


def test_what_a_call_raises_stays_in_the_thread(caplog: pytest.LogCaptureFixture) -> None:
    thread = DeadlineThread()

    def broken() -> None:
        raise RuntimeError("secret")

    assert thread.run(broken, timeout_ms=5_000)
    assert thread.run(lambda: None, timeout_ms=5_000)
    assert "secret" not in caplog.text
    thread.stop()


def test_after_the_end_of_the_thread_nothing_is_waited_for() -> None:
    thread = DeadlineThread()
    called: list[str] = []
    thread.stop()

    assert thread.start(lambda: called.append("a")).wait(0)
    assert called == []


class Stuck:
    """A pipeline whose flush does not end."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.started = 0

    def start_flush(self) -> threading.Event:
        self.started += 1
        return threading.Event()

    def shutdown(self) -> None:
        """Nothing to do."""


def test_pipelines_are_waited_for_together() -> None:
    pipelines = [Stuck(Settings(flush_timeout_ms=300)) for _ in range(30)]
    begin = time.monotonic()

    flush_together(pipelines)

    assert 0.3 <= time.monotonic() - begin < 30 * 0.3
    assert [one.started for one in pipelines] == [1] * 30
    assert state.process.exit_wait_s is None


def test_at_the_exit_every_wait_gets_what_is_left() -> None:
    thread = DeadlineThread()
    release = threading.Event()
    begin = time.monotonic()

    flush_at_exit([Stuck(Settings(shutdown_timeout_ms=300)) for _ in range(15)])
    for _ in range(15):
        assert not thread.run(release.wait, timeout_ms=300)

    assert 0.3 <= time.monotonic() - begin < 15 * 0.3
    release.set()
    thread.stop()


def test_what_is_quick_leaves_the_time_of_the_exit_to_others() -> None:
    thread = DeadlineThread()

    flush_at_exit([])
    state.process.exit_wait_s = 5

    assert thread.run(lambda: None, timeout_ms=300)
    assert state.process.exit_wait_s > 4
    thread.stop()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_it_works_in_a_forked_child() -> None:
    thread = DeadlineThread()

    if (child := os.fork()) == 0:
        os._exit(0 if thread.run(lambda: None, timeout_ms=5_000) else 1)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    thread.stop()


def test_a_root_that_cannot_be_sent_holds_the_app_up_once() -> None:
    flush, stuck = RootFlush(), Stuck(Settings(shutdown_timeout_ms=50))

    for _ in range(5):
        flush.run([stuck])

    assert stuck.started == 1


class Slow(Stuck):
    """A pipeline whose flush ends when the test says so."""

    def start_flush(self) -> threading.Event:
        self.started += 1
        self.done = threading.Event()
        return self.done


def test_roots_are_waited_for_again_when_the_late_flush_is_over() -> None:
    flush, slow = RootFlush(), Slow(Settings(shutdown_timeout_ms=20))
    flush.run([slow])

    slow.done.set()
    flush.run([slow])

    assert slow.started == 2
