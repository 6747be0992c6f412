"""Waiting no longer than the deadline for calls that may block."""

import os
import threading
import time

import pytest

from otel_bridge.processor.deadline import DeadlineThread


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

    assert time.monotonic() - begin < 2
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


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_it_works_in_a_forked_child() -> None:
    thread = DeadlineThread()

    if (child := os.fork()) == 0:
        os._exit(0 if thread.run(lambda: None, timeout_ms=5_000) else 1)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    thread.stop()
