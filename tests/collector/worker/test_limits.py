"""The limits of a process beside the sidecar, each tried in one."""

import subprocess
import sys
from pathlib import Path

import pytest

LIMITED = """
import os, resource
from otel_bridge_collector.worker.limits import limit
limit(256 << 20, 1)
{act}
"""


def run(act: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-c", LIMITED.format(act=act)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("act", "error"),
    [
        pytest.param("bytes(1 << 30)", "MemoryError", id="memory"),
        pytest.param("[os.dup(0) for _ in range(100)]", "Too many open files", id="open files"),
    ],
)
def test_what_is_too_much_fails(act: str, error: str) -> None:
    assert error in run(act).stderr


def test_no_file_grows(tmp_path: Path) -> None:
    file = tmp_path / "file"
    run(f"open({str(file)!r}, 'w').write('x')")

    assert file.stat().st_size == 0


def test_processor_time_ends() -> None:
    assert run("while True: pass").returncode < 0
