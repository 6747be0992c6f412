"""A process that translates: a real one, asked and ended."""

import os
import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from otel_bridge_collector.deliver.request_rows import request_rows
from otel_bridge_collector.deliver.translation_process import ProcessLostError, TranslationProcess
from tests.support.otlp_request import log_record, logs, span, traces

TRACES = traces(span(1, name="a"), span(2, name="b", parent=1)).SerializeToString()
LOGS = logs(log_record("hello")).SerializeToString()


def children() -> str:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text()


@pytest.fixture(scope="module")
def shared() -> Iterator[TranslationProcess]:
    process = TranslationProcess.begin()
    yield process
    process.end()


def test_its_rows_are_those_that_are_made_here(shared: TranslationProcess) -> None:
    assert shared.translate("traces", TRACES) == request_rows("traces", TRACES)
    assert shared.translate("logs", LOGS) == request_rows("logs", LOGS)


def test_what_it_cannot_translate_is_told_and_costs_nothing_else(shared: TranslationProcess) -> None:
    assert shared.translate("traces", b"\xff\xff\xff") is None
    assert shared.translate("traces", TRACES) is not None


def test_it_has_no_environment(shared: TranslationProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "s")

    assert Path(f"/proc/{shared.pid}/environ").read_bytes() == b""


def test_a_signal_to_all_at_the_terminal_does_not_reach_it(shared: TranslationProcess) -> None:
    assert os.getpgid(shared.pid) != os.getpgid(0)


def test_one_that_was_killed_is_lost() -> None:
    process = TranslationProcess.begin()
    os.kill(process.pid, signal.SIGKILL)

    with pytest.raises(ProcessLostError):
        process.translate("traces", TRACES)
    process.end()


def test_at_the_end_it_is_gone() -> None:
    process = TranslationProcess.begin()
    process.end()

    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)


def test_one_that_ends_at_once_is_told_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("otel_bridge_collector.deliver.translation_process._MODULE", "otel_bridge_collector")

    before = children()

    with pytest.raises(ProcessLostError, match="ended"):
        TranslationProcess.begin()

    assert children() == before


def test_an_answer_that_is_no_rows_makes_it_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    process = TranslationProcess.begin()
    monkeypatch.setattr("otel_bridge_collector.deliver.translation_process.TRANSLATED", b"f")

    with pytest.raises(ProcessLostError, match="no rows"):
        process.translate("traces", b"\xff\xff\xff")
    process.end()


def test_where_no_pipe_can_be_had_it_is_not_begun() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        with pytest.raises(ProcessLostError, match="no pipe"):
            TranslationProcess.begin()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
