"""When translation goes to a process beside the sidecar, and when it comes back."""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from otel_bridge_collector.compiled import absence
from otel_bridge_collector.deliver.request_rows import python_rows
from otel_bridge_collector.deliver.shared_translation import SharedTranslation
from otel_bridge_collector.deliver.translation_pipe import MAX_PAYLOAD
from otel_bridge_collector.deliver.translation_process import ProcessLostError, TranslationProcess
from otel_bridge_collector.errors import MalformedBodyError
from tests.support.otlp_request import span, traces

BODY = traces(*(span(number, name="a") for number in range(1, 20))).SerializeToString()
SOON_S = 60.0


@contextmanager
def sharing(*, busy_s: float = 0.0, idle_s: float = 60.0) -> Iterator[SharedTranslation]:
    shared = SharedTranslation(is_native=False, busy_s=busy_s, idle_s=idle_s)
    try:
        yield shared
    finally:
        shared.close()


def wait_until(holds: Callable[[], bool]) -> None:
    end_s = time.monotonic() + SOON_S
    while not holds():
        assert time.monotonic() < end_s
        time.sleep(0.01)


def begun(shared: SharedTranslation) -> int:
    shared("traces", BODY)
    wait_until(lambda: shared.pid() is not None)
    return shared.pid() or 0


def test_little_is_translated_here() -> None:
    with sharing(busy_s=60) as shared:
        assert shared("traces", BODY) == python_rows("traces", BODY)
        assert shared.pid() is None


def test_much_is_translated_in_a_process_that_gives_the_same() -> None:
    with sharing() as shared:
        begun(shared)
        before_s = time.thread_time()
        for _ in range(50):
            assert len(shared("traces", BODY).spans) == 19

        here_s = time.thread_time() - before_s
        begun_s = time.thread_time()
        for _ in range(50):
            python_rows("traces", BODY)

        assert shared("traces", BODY) == python_rows("traces", BODY)
        assert shared.translated_apart() == 51
        assert here_s < (time.thread_time() - begun_s) / 2


@pytest.mark.skipif(bool(absence()), reason=absence())
def test_what_compiled_code_translates_needs_no_process() -> None:
    shared = SharedTranslation(busy_s=0)

    assert shared("traces", BODY) == python_rows("traces", BODY)
    assert shared._keeper is None
    assert shared.translated_apart() == 0


def test_a_process_that_has_little_to_do_is_ended() -> None:
    with sharing(idle_s=0.1) as shared:
        pid = begun(shared)

        wait_until(lambda: shared.pid() is None)

        wait_until(lambda: not Path(f"/proc/{pid}").exists())


def test_where_a_process_was_ended_for_want_of_work_another_one_is_begun() -> None:
    with sharing(idle_s=0.1) as shared:
        first = begun(shared)
        wait_until(lambda: shared.pid() is None)

        wait_until(lambda: bool(shared("traces", BODY)) and shared.pid() is not None)

        assert shared.pid() != first


def test_a_process_that_is_killed_costs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with sharing() as shared:
        os.kill(begun(shared), signal.SIGKILL)

        with caplog.at_level(logging.WARNING):
            assert shared("traces", BODY) == python_rows("traces", BODY)

        assert shared.pid() is None
        assert "translation goes on in this one" in caplog.text


def test_after_a_loss_no_other_one_is_begun_at_once() -> None:
    begins: list[str] = []

    def begin() -> TranslationProcess:
        begins.append("begun")
        raise ProcessLostError("no memory")

    shared = SharedTranslation(begin, is_native=False, busy_s=0)
    for _ in range(3):
        shared("traces", BODY)
        wait_until(lambda: shared._keeper is None)

    assert begins == ["begun"]


def test_where_no_thread_can_be_had_translation_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with sharing() as shared:
        assert shared("traces", BODY) == python_rows("traces", BODY)
        assert shared.pid() is None


def test_what_is_no_request_is_an_error_wherever_it_is_translated() -> None:
    with sharing() as shared:
        begun(shared)

        with pytest.raises(MalformedBodyError):
            shared("traces", b"\xff\xff\xff")


def test_a_large_request_is_translated_here() -> None:
    large = traces(span(1, name="x" * MAX_PAYLOAD)).SerializeToString()
    with sharing() as shared:
        pid = begun(shared)
        os.kill(pid, signal.SIGKILL)

        assert len(shared("traces", large).spans) == 1

        assert shared.pid() == pid  # nobody has asked it, so nobody knows that it is gone


def test_at_the_end_there_is_no_process_and_translation_goes_on() -> None:
    with sharing() as shared:
        pid = begun(shared)
        shared.close()

        assert not Path(f"/proc/{pid}").exists()
        assert shared("traces", BODY) == python_rows("traces", BODY)
        assert shared.pid() is None
