"""The process itself: what it may do, and when it ends."""

import subprocess
import sys
from multiprocessing import Pipe
from pathlib import Path

import pytest

from otel_bridge_collector.deliver import translation_worker
from otel_bridge_collector.deliver.translation_pipe import READY


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
