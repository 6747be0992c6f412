"""A stream on its way to the caller, event by event: what passes at once, what waits for the end, what is hidden, and what it comes to. Pure."""

from collections.abc import Callable, Mapping
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.providers.events import DONE, data_of, object_of
from otel_bridge_collector.proxy.output import Assembly

_LAST: Final = frozenset({"response.completed", "response.incomplete", "response.failed"})
"""Types of the events that end a response; a chat ends with `[DONE]`."""


class Stream:
    """The events of one answer.

    Attributes:
        assembly: what they come to.
        last: those that say the answer is whole, which wait.
        first_s: when the model first said something, Unix seconds; None before.
    """

    def __init__(self, now_s: Callable[[], float], *, hides_counts: bool) -> None:
        """Begin.

        Args:
            now_s: the time, in Unix seconds.
            hides_counts: whether the caller did not ask for the chunk that holds token counts alone.
        """
        self._now_s = now_s
        self._hides_counts = hides_counts
        self._passed = bytearray()
        self.assembly = Assembly()
        self.last = b""
        self.first_s: float | None = None

    @property
    def body(self) -> bytes:
        """All that the caller gets."""
        return bytes(self._passed) + self.last

    def take(self, event: bytes) -> bytes:
        """Take an event in, and return what of it passes at once; empty for nothing."""
        value = object_of(event)
        if value is not None:
            self.assembly.add(value)
            if self._hides_counts and _is_counts(value):
                return b""
            if self.first_s is None and _says_something(value):
                self.first_s = self._now_s()
        if data_of(event) == DONE or (value is not None and value.get("type") in _LAST):
            self.last += event
            return b""
        self._passed += event
        return event


def _is_counts(event: Mapping[str, Json]) -> bool:
    return event.get("choices") == [] and event.get("usage") is not None


def _says_something(event: Mapping[str, Json]) -> bool:
    return bool(event.get("choices")) or str(event.get("type") or "").endswith(".delta")
