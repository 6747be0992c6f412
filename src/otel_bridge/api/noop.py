"""The span of an app that logs nowhere: every call works and nothing happens.

Source: `braintrust` 0.47.0 SDK, `logger._NoopSpan`, measured; it has no ids, ours has empty ones.
"""

import time
from types import TracebackType
from typing import Any, Final, Self

from otel_bridge.api.link import NOOP_LINK


class NoopSpan:
    """See `Span`."""

    span_id = ""
    root_span_id = ""
    span_parents: list[str] | None = None

    def __str__(self) -> str:
        """As it stands in a row where it was logged itself."""
        return "<span>"

    @property
    def id(self) -> str:
        """Empty."""
        return ""

    @property
    def name(self) -> str:
        """Empty."""
        return ""

    def log(self, **event: Any) -> None:
        """Do nothing, not even check."""

    def log_feedback(self, **event: Any) -> None:
        """Do nothing, not even check."""

    def start_span(self, *_args: Any, **_event: Any) -> "NoopSpan":
        """Return this span."""
        return self

    def set_attributes(self, *_args: Any, **_attributes: Any) -> None:
        """Do nothing."""

    def end(self, end_time: float | None = None) -> float:
        """Return `end_time`, by default the time now."""
        return end_time or time.time()

    def close(self, end_time: float | None = None) -> float:
        """Do as `end`."""
        return self.end(end_time)

    def export(self) -> str:
        """Return an empty text, which as a parent means none."""
        return ""

    def inject(self, carrier: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return `carrier` as it is."""
        return {} if carrier is None else carrier

    def link(self) -> str:
        """Return a page that says that there is no span."""
        return NOOP_LINK

    def permalink(self) -> str:
        """Do as `link`."""
        return NOOP_LINK

    def flush(self) -> None:
        """Do nothing."""

    def set_current(self) -> None:
        """Do nothing."""

    def unset_current(self) -> None:
        """Do nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None: ...


NOOP_SPAN: Final = NoopSpan()
"""The one span that is current where none is."""
