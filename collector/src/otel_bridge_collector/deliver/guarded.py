"""Which errors of a sink a delivery sees. It retries nothing, and buries nothing."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from otel_bridge_collector.errors import PermanentError, RetryableError

_R = TypeVar("_R")


async def send_guarded(send: Callable[[], Awaitable[_R]]) -> _R:
    """Send, and take an error that nobody foresaw for one that stays: retrying for ever would hold up all others.

    Raises:
        PermanentError: the sink raised it, or something that nobody foresaw.
        RetryableError: the sink raised it.
        OSError: the sink raised it.
    """
    try:
        return await send()
    except (PermanentError, RetryableError, OSError):
        raise
    except Exception as error:
        raise PermanentError(f"{type(error).__name__}: {error}") from error
