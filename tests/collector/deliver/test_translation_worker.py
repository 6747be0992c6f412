"""The process itself: what it may do, and when it ends."""

import subprocess
import sys
from multiprocessing import Pipe
from pathlib import Path

import pytest

from otel_bridge_collector.deliver import translation_worker
from otel_bridge_collector.deliver.translation_pipe import READY
from otel_bridge_collector.deliver.translation_process import TranslationProcess
from tests.support.otlp_request import span, traces


@pytest.mark.skipif(sys.platform != "linux", reason="the seal is one of Linux's kernel")
def test_it_is_sealed_before_it_takes_anything_and_ends_with_its_pipe() -> None:
    ours, theirs = Pipe()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-I", "-m", translation_worker.__name__, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
        )
    assert ours.recv_bytes() == READY
    status = Path(f"/proc/{process.pid}/status").read_text()

    ours.close()

    assert "Seccomp:\t2" in status
    assert process.wait(60) == 0


def test_what_takes_more_memory_than_it_may_have_it_does_not_translate() -> None:
    process = TranslationProcess.begin()
    many = traces(*(span(number) for number in range(1, 60_000))).SerializeToString()

    assert process.translate("traces", many) is None
    assert process.translate("traces", traces(span(1)).SerializeToString()) is not None
    process.end()
