"""A process that is sealed computes, and does nothing else. Each act runs in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the seal is one of Linux's kernel")

SEALED = """
import ctypes, os, signal, socket, subprocess, sys, threading
from otel_bridge_collector.worker.seal import seal
libc = ctypes.CDLL(None, use_errno=True)
opened = open("/dev/null", "wb")
seal()
{act}
"""


def run(act: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-c", SEALED.format(act=act)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    "act",
    [
        pytest.param("socket.socket()", id="the network"),
        pytest.param("socket.socket(socket.AF_UNIX)", id="a socket of this machine"),
        pytest.param("open('/etc/passwd')", id="read a file"),
        pytest.param("open('/tmp/of-a-sealed-process', 'w')", id="write a file"),
        pytest.param("os.listdir('/')", id="list a folder"),
        pytest.param("os.fork()", id="fork"),
        pytest.param("subprocess.run(['true'])", id="another program"),
        pytest.param("os.execv('/bin/true', ['true'])", id="become another program"),
        pytest.param("os.kill(os.getpid(), signal.SIGKILL)", id="a signal"),
        pytest.param("os.setuid(0)", id="become another user"),
    ],
)
def test_what_is_no_computing_is_refused(act: str) -> None:
    assert "PermissionError" in run(act).stderr
    assert not Path("/tmp/of-a-sealed-process").exists()  # noqa: S108 - that it does not come to be is the point


def test_no_library_gets_round_it() -> None:
    acts = "libc.system(b'true') >> 8, libc.fork(), libc.socket(2, 1, 0), libc.syscall(435, 0, 0), libc.ptrace(0, 0, 0, 0)"

    ended = run(f"print([{acts}], flush=True)")

    assert ended.stdout.strip() == "[127, -1, -1, -1, -1]"


def test_no_thread_begins() -> None:
    assert "can't start new thread" in run("threading.Thread(target=print).start()").stderr


def test_what_is_computed_comes_out() -> None:
    act = "import math, time; time.sleep(0); print(math.sqrt(4), time.time() > 0, len(bytes(10**8)))"

    assert run(act).stdout == "2.0 True 100000000\n"


def test_where_there_is_no_filter_it_says_so() -> None:
    act = "import platform; platform.machine = lambda: 'other'; seal()"
    command = [sys.executable, "-I", "-c", SEALED.replace("\nseal()\n", "\n").format(act=act)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert "SealError: there is no filter for linux on other" in ended.stderr


def test_a_filter_that_closes_nothing_is_no_seal() -> None:
    act = "from otel_bridge_collector.worker import seal as module; module._install = lambda _: None; module.seal()"
    command = [sys.executable, "-I", "-c", SEALED.replace("\nseal()\n", "\n").format(act=act)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert "SealError: the filter does not close files" in ended.stderr
