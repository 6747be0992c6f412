"""Ids that the app chose for a span, through OpenTelemetry's own hook: the id generator of our tracer.

Source: OpenTelemetry SDK, `IdGenerator`; spec/app-api.md section 12.
"""

import re
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from opentelemetry.sdk.trace.id_generator import IdGenerator

_chosen: Final[ContextVar[tuple[int, int]]] = ContextVar("otel_bridge.chosen_ids", default=(0, 0))
"""Span id and trace id for the span that is being started; zero for one that nobody chose."""


class ChosenIds(IdGenerator):
    """Ids as chosen, and of `inner` where none are."""

    def __init__(self, inner: IdGenerator) -> None:
        self._inner = inner

    def generate_span_id(self) -> int:
        """See `IdGenerator`."""
        return _chosen.get()[0] or self._inner.generate_span_id()

    def generate_trace_id(self) -> int:
        """See `IdGenerator`."""
        return _chosen.get()[1] or self._inner.generate_trace_id()

    def is_trace_id_random(self) -> bool:
        """See `IdGenerator`."""
        return not _chosen.get()[1] and self._inner.is_trace_id_random()


@contextmanager
def chosen_ids(span_id: str | None, root_span_id: str | None) -> Generator[None]:
    """Give the span that is started inside these ids.

    Raises:
        ValueError: one is not of as many hex digits as OpenTelemetry wants, or all zeros.
    """
    if span_id is None and root_span_id is None:
        yield
        return
    token = _chosen.set((_number("span_id", span_id, 16), _number("root_span_id", root_span_id, 32)))
    try:
        yield
    finally:
        _chosen.reset(token)


def _number(name: str, text: str | None, digits: int) -> int:
    if text is None:
        return 0
    if not re.fullmatch(rf"[0-9a-fA-F]{{{digits}}}", text) or not text.strip("0"):
        raise ValueError(f"{name} is no id of OpenTelemetry, which is {digits} hex digits and not all zeros")
    return int(text, 16)
