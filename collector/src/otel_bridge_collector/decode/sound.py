"""Trace requests that the compiled receiver knows to be sound: nothing of them needs a look by Python.

It is one-sided: a request that is not surely sound is for `protobuf` and `structure` to judge. It keeps nothing.
"""

from collections.abc import Callable, Sequence
from ctypes import PyDLL, c_char_p, c_int64, c_size_t, create_string_buffer
from functools import cache
from typing import Final, cast

import orjson

from otel_bridge.contract.names import PARENT
from otel_bridge_collector.compiled import Library
from otel_bridge_collector.decode.sender import Sender

_PARENT: Final = PARENT.encode()
_MAX_JSON: Final = 4096
"""Of the senders of an ordinary request, which are one or two."""

_QUICK: Final = 1 << 20
"""Bytes that are checked while Python's lock is kept: a tenth of a millisecond, or so."""


def sound_senders(
    compiled: Library, body: bytes, *, max_messages: int, is_parent_asked: bool
) -> Sequence[Sender] | None:
    """Return the senders of a trace request, at least one, where all of it can be kept as it is.

    Args:
        compiled: judges it.
        body: the request in protobuf.
        max_messages: how many it may hold, as `size.check_protobuf` counts them.
        is_parent_asked: whether somebody must be asked about each parent that a span names.

    Returns:
        The senders; None where that is not sure.
    """
    function = _declared(compiled.quick if len(body) <= _QUICK else compiled.waiting)
    asked = _PARENT if is_parent_asked else b""
    found = create_string_buffer(_MAX_JSON)
    size = function(body, len(body), max_messages, asked, len(asked), found, _MAX_JSON)
    return cast("list[Sender]", orjson.loads(memoryview(found)[:size])) if size > 0 else None


@cache
def _declared(functions: PyDLL) -> Callable[..., int]:
    function = functions.otb_check_traces
    function.argtypes = [c_char_p, c_size_t, c_size_t, c_char_p, c_size_t, c_char_p, c_size_t]
    function.restype = c_int64
    return function
