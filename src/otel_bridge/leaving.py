"""Every way in which Python lets a process end: what is to be called before each of them.

| end | how it is noticed |
| --- | --- |
| end of the program, `sys.exit`, uncaught exception | `atexit` |
| end of a process of `multiprocessing`, which is by `os._exit` | its finalizers |
| end of a worker of Celery's prefork pool, which is by `os._exit` | its signal `worker_process_shutdown` |
| SIGTERM that nobody takes | a handler, which lets the signal end the process afterwards |
| SIGTERM that a server takes, which may end itself by the same signal later | a handler before the server's own |

Nobody notices `os._exit` by the app itself, SIGKILL, or a pool of `multiprocessing` that is terminated while its
handlers are not those of Python.
"""

import atexit
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from multiprocessing import parent_process, util
from types import FrameType

Leave = Callable[[], None]


def before_every_end(leave: Leave) -> None:
    """Call `leave` once before the process ends, and before each process ends that is forked from it.

    Called again, it moves `leave` before the exit handlers that were registered in the meantime.
    """
    # After the handlers of the providers, and so called before them.
    atexit.unregister(leave)
    atexit.register(leave)
    _as_worker(leave)
    before_celery_worker_ends(leave)
    util.register_after_fork(leave, _as_worker)


def before_sigterm(leave: Leave, begin_to_leave: Leave, timeout_s: float) -> None:
    """Call `leave` before SIGTERM ends the process, for no longer than `timeout_s`.

    Where the app has a handler, the process goes on, and may end in any way: `begin_to_leave` is called, then that
    handler. A handler that the app sets later replaces ours. Only the main thread can set handlers; elsewhere nothing
    happens.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    found = signal.getsignal(signal.SIGTERM)
    if found is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, partial(_leave_and_die, leave, timeout_s))
    elif callable(found) and getattr(found, "func", None) not in {_leave_and_die, _begin_and_pass_on}:
        signal.signal(signal.SIGTERM, partial(_begin_and_pass_on, begin_to_leave, found))


def before_celery_worker_ends(leave: Leave) -> None:
    """Call `leave` before this process ends, if it is a worker of Celery, whose modules are loaded before it is forked."""

    def ended(**_: object) -> None:
        leave()

    if signals := sys.modules.get("celery.signals"):
        signals.worker_process_shutdown.connect(ended, weak=False, dispatch_uid="otel_bridge.leave")


def _leave_and_die(leave: Leave, timeout_s: float, number: int, _frame: FrameType | None) -> None:
    # In a thread: the code that the signal interrupted may hold a lock that `leave` needs.
    thread = threading.Thread(target=leave, name="otel-bridge-sigterm", daemon=True)
    thread.start()
    thread.join(timeout_s)
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def _begin_and_pass_on(
    begin_to_leave: Leave,
    handler: Callable[[int, FrameType | None], object],
    number: int,
    frame: FrameType | None,
) -> None:
    begin_to_leave()
    handler(number, frame)


def _as_worker(leave: Leave) -> None:
    """See that a child of `multiprocessing` leaves: a forked one forgets the finalizers of its parent."""
    if parent_process() is not None:
        util.Finalize(None, leave, exitpriority=0)
