"""Zeros for what is missing."""

from typing import Any, cast

from otel_bridge import EvalCase, Span, default_error_score_handler


class Spy:
    """A span that keeps what is logged to it."""

    def __init__(self) -> None:
        self.logged: dict[str, Any] = {}

    def log(self, **event: Any) -> None:
        self.logged |= event


def test_every_missing_score_is_zero_here_and_in_the_row() -> None:
    span = Spy()

    assert default_error_score_handler(cast("Span", span), EvalCase(1), ["a", "b"]) == {"a": 0, "b": 0}
    assert span.logged == {"scores": {"a": 0, "b": 0}}
