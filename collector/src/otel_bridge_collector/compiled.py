"""The compiled receiver and translator (the distribution `otel-bridge-native`), where it is installed: its library, or why there is none.

What the library does is declared and called where it belongs; where it is not there, Python does the same.
"""

import ctypes
from dataclasses import dataclass
from functools import cache
from typing import Final

_ABI: Final = 2
"""As `native/src/ffi.rs` counts it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """The library, loaded.

    Attributes:
        quick: its functions for calls of microseconds: Python's lock is kept.
        waiting: the same functions for calls that wait: Python's lock is free meanwhile.
    """

    quick: ctypes.PyDLL
    waiting: ctypes.CDLL


def library() -> Library | None:
    """Return the library; None where there is none."""
    found = _found()
    return None if isinstance(found, str) else found


def absence() -> str:
    """Say why there is no library; empty where there is one."""
    found = _found()
    return found if isinstance(found, str) else ""


@cache
def _found() -> Library | str:
    try:
        from otel_bridge_native import LIBRARY  # noqa: PLC0415 - it need not be installed
    except ImportError:
        return "otel-bridge-native is not installed"
    try:
        loaded = Library(quick=ctypes.PyDLL(str(LIBRARY)), waiting=ctypes.CDLL(str(LIBRARY)))
        abi: int = loaded.quick.otb_abi()
    except (OSError, AttributeError) as error:
        return f"otel-bridge-native cannot be loaded: {error}"
    if abi != _ABI:
        return "otel-bridge-native is of another version than otel-bridge-collector"
    return loaded
