"""Let this process do nothing but compute and talk over the pipes that it has: no network, no files, no processes, no signals.

The kernel refuses every system call that is not listed here (seccomp-bpf), with EPERM: Python raises `PermissionError`. There is no way
back, and it holds for all threads. Where it cannot be had, `seal` raises: nothing half closed is left to rely on.

Source: seccomp(2); numbers of linux/arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h.
"""

import ctypes
import os
import platform
import socket
import struct
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final


class SealError(Exception):
    """This machine cannot seal a process; the text says why."""


@dataclass(frozen=True, slots=True)
class _Machine:
    """How a kind of processor is asked.

    Attributes:
        audit: its name in filters.
        seccomp: number of the system call that installs them.
        allowed: numbers of the calls that are left: of memory, clocks, threads that run, signals to oneself, and what is open.
            In this order: read, write, close, fstat, lseek, mmap, mprotect, munmap, brk, rt_sigaction, rt_sigprocmask, rt_sigreturn, readv,
            writev, sched_yield, mremap, madvise, nanosleep, getpid, exit, gettid, futex, clock_gettime, clock_getres, clock_nanosleep,
            exit_group, sigaltstack, getrandom, getrusage, gettimeofday, times, restart_syscall, rseq, set_robust_list.
    """

    audit: int
    seccomp: int
    allowed: Sequence[int]


_MACHINES: Final[Mapping[str, _Machine]] = {
    "x86_64": _Machine(
        0xC000003E, 317,
        (0, 1, 3, 5, 8, 9, 10, 11, 12, 13, 14, 15, 19, 20, 24, 25, 28, 35, 39, 60, 186, 202, 228, 229, 230, 231, 131, 318, 98, 96, 100,
         219, 334, 273),
    ),
    "aarch64": _Machine(
        0xC00000B7, 277,
        (63, 64, 57, 80, 62, 222, 226, 215, 214, 134, 135, 139, 65, 66, 124, 216, 233, 101, 172, 93, 178, 98, 113, 114, 115, 94, 132,
         278, 165, 169, 153, 128, 293, 99),
    ),
}  # fmt: skip

_PR_SET_NO_NEW_PRIVS: Final = 38
_SET_MODE_FILTER: Final = 1
_ALL_THREADS: Final = 1
_LOAD: Final = 0x20
_JUMP_EQUAL: Final = 0x15
_RETURN: Final = 0x06
_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000 | 1
"""With EPERM."""

_NUMBER_AT, _ARCH_AT = 0, 4
"""Where they stand in `struct seccomp_data`."""


def seal() -> None:
    """Close this process, for good, and see that it is closed.

    Raises:
        SealError: it cannot be closed here.
    """
    machine = _MACHINES.get(platform.machine())
    if sys.platform != "linux" or machine is None:
        raise SealError(f"there is no filter for {sys.platform} on {platform.machine()}")
    _install(machine)
    _check("files", lambda: os.open("/", os.O_RDONLY))
    _check("the network", socket.socket)
    _check("processes", lambda: os.fork() or os._exit(0))


class _Program(ctypes.Structure):
    """`struct sock_fprog`."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def _install(machine: _Machine) -> None:
    code = _filter(machine)
    held = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // 8, ctypes.addressof(held))
    libc = ctypes.CDLL(None, use_errno=True)
    refused = libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.syscall(
        machine.seccomp, _SET_MODE_FILTER, _ALL_THREADS, ctypes.byref(program)
    )
    if refused:
        raise SealError(f"the kernel takes no filter: {os.strerror(ctypes.get_errno())}")


def _filter(machine: _Machine) -> bytes:
    """The filter: another kind of calls, or a number that is not listed, is refused."""
    allowed = machine.allowed
    steps = [
        (_LOAD, 0, 0, _ARCH_AT),
        (_JUMP_EQUAL, 0, len(allowed) + 1, machine.audit),
        (_LOAD, 0, 0, _NUMBER_AT),
        *((_JUMP_EQUAL, len(allowed) - place, 0, number) for place, number in enumerate(allowed)),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def _check(what: str, attempt: Callable[[], Any]) -> None:
    try:
        attempt()
    except PermissionError:
        return
    except OSError as error:
        raise SealError(f"the filter does not close {what}: {error.strerror}") from None
    raise SealError(f"the filter does not close {what}")
