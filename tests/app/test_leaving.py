"""Ends of a process, each in a process of its own; servers and pools are in tests/e2e."""

import signal
import subprocess

import pytest

from tests.support.program import run_program as run

LEAVE = """
import os, signal, sys, threading
from otel_bridge.leaving import before_celery_worker_ends, before_every_end, before_sigterm
def leave():
    print("left", file=sys.stderr)
def begin():
    print("begins", file=sys.stderr)
def end():
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(20)
"""


def test_it_leaves_once_at_the_end_of_the_program() -> None:
    assert run(LEAVE + "before_every_end(leave); before_every_end(leave)") == "left\n"


def test_it_leaves_before_the_handlers_that_were_registered_earlier() -> None:
    said = run(
        LEAVE
        + """
import atexit
before_every_end(leave)
atexit.register(lambda: print("handler", file=sys.stderr))
before_every_end(leave)
"""
    )

    assert said == "left\nhandler\n"


def test_sigterm_ends_the_process_after_it_has_left() -> None:
    with pytest.raises(subprocess.CalledProcessError) as ended:
        run(LEAVE + "before_sigterm(leave, begin, 10); end()")

    assert ended.value.returncode == -signal.SIGTERM
    assert ended.value.stderr == "left\n"


def test_sigterm_waits_no_longer_than_it_may() -> None:
    with pytest.raises(subprocess.CalledProcessError) as ended:
        run(LEAVE + "before_sigterm(lambda: threading.Event().wait(60), begin, 0.1); end()")

    assert ended.value.returncode == -signal.SIGTERM


def test_a_lock_that_the_interrupted_code_holds_does_not_stop_it() -> None:
    with pytest.raises(subprocess.CalledProcessError) as ended:
        run(
            LEAVE
            + """
lock = threading.Lock()
def leave_with_lock():
    lock.acquire()
before_sigterm(leave_with_lock, begin, 0.1)
with lock:
    end()
"""
        )

    assert ended.value.returncode == -signal.SIGTERM


def test_the_handler_of_the_app_is_called_after_it_began_to_leave() -> None:
    said = run(
        LEAVE
        + """
def handler(*_):
    print("handler", file=sys.stderr)
    sys.exit(0)
signal.signal(signal.SIGTERM, handler)
before_sigterm(leave, begin, 10)
before_sigterm(leave, begin, 10)
end()
"""
    )

    assert said == "begins\nhandler\n"


def test_sigterm_that_is_ignored_stays_so() -> None:
    run(
        LEAVE
        + """
signal.signal(signal.SIGTERM, signal.SIG_IGN)
before_sigterm(leave, begin, 10)
assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
"""
    )


def test_another_thread_sets_no_handler() -> None:
    run(
        LEAVE
        + """
thread = threading.Thread(target=before_sigterm, args=(leave, begin, 10))
thread.start()
thread.join()
assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
"""
    )


def test_a_worker_of_celery_leaves_when_celery_says_so() -> None:
    said = run(
        LEAVE
        + """
from celery.signals import worker_process_shutdown
before_celery_worker_ends(leave)
before_celery_worker_ends(leave)
worker_process_shutdown.send(None)
"""
    )

    assert said == "left\n"
