"""Wait for room in the queue: an experiment is slower rather than incomplete.

Loggers drop and count what finds the queue full, since nobody may hold up an app that serves users; an experiment has
no users, and a case that is missing would make its numbers wrong.
"""

from typing import Final

from otel_bridge.configure import Bridge, flush_quietly
from otel_bridge.processor.stats import bytes_waiting, spans_waiting, stats

_KEPT_FREE: Final = 0.25
"""Part of the queue that is kept free for the spans of instrumentations, which do not wait."""


def is_crowded(bridge: Bridge) -> bool:
    """Tell whether the queue is nearly full."""
    settings, taken = bridge.settings, 1 - _KEPT_FREE
    return spans_waiting() > taken * settings.queue_size or bytes_waiting() > taken * settings.queue_bytes


def wait_for_room(bridge: Bridge) -> None:
    """Send what waits if the queue is nearly full; a destination that is away holds up for one flush each time."""
    if is_crowded(bridge):
        flush_quietly()


def drain() -> None:
    """Send what waits, as long as something leaves, also beyond the time of one flush."""
    while True:
        before = stats().spans.waiting
        flush_quietly()
        if not 0 < stats().spans.waiting < before:
            return
