"""Times that an app gives its spans, in seconds since 1970, as OTLP carries them. It reads no clock.

Source: OTLP 1.x, `trace.proto`, `start_time_unix_nano` (`fixed64`).
"""

import logging
from typing import Final

from otel_bridge.state import process

logger = logging.getLogger(__name__)

_FIRST_UNSAYABLE_NS: Final = 1 << 64


def nanoseconds(seconds: float) -> int | None:
    """Return the time in nanoseconds; None for what no span can have as its time, as milliseconds are; one warning says so."""
    try:
        time_ns = round(seconds * 1e9)
    except (TypeError, ValueError, OverflowError):  # no number, NaN, an infinity
        time_ns = -1
    if 0 <= time_ns < _FIRST_UNSAYABLE_NS:
        return time_ns
    if "time" not in process.warned:
        process.warned.add("time")
        logger.warning(
            "a time that is not in seconds since 1970 was given for a span: that of the call is taken instead"
        )
    return None
