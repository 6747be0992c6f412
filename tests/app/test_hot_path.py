"""What starting a span and logging to it cost the app: no JSON text, no locks of ours and no I/O."""

import sys
from types import FrameType
from typing import Any

from otel_bridge import start_span, traced
from tests.support.app import App

FORBIDDEN = frozenset(
    {"acquire", "__enter__", "open", "write", "send", "sendall", "connect", "fsync", "stat"}
)


def calls_of(action: Any) -> set[str]:
    """Where Python went, and which builtins our own code called."""
    seen: set[str] = set()

    def note(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call":
            seen.add(frame.f_code.co_filename)
        elif event == "c_call" and "/otel_bridge/" in frame.f_code.co_filename:
            seen.add(argument.__name__)

    sys.setprofile(note)
    try:
        action()
    finally:
        sys.setprofile(None)
    return seen


def start_and_log() -> None:
    span = start_span("a", input={"question": ["x"]}, metadata={"user": 1})
    span.log(output={"answer": 1}, scores={"s": 1})
    span.start_span("b", type="llm")


def test_nothing_is_encoded_or_waited_for_before_a_span_ends(app: App) -> None:
    start_and_log()

    seen = calls_of(start_and_log)

    assert any(name.endswith("/api/start.py") for name in seen)
    assert not {
        name for name in seen if "/json/" in name or "/processor/size" in name or "/exporter/" in name
    }
    assert not seen & FORBIDDEN
    assert app.receiver.requests == []


def test_the_row_is_not_encoded_when_a_traced_function_returns(app: App) -> None:
    seen = calls_of(traced(lambda: {"a": 1}))

    assert not any("/json/" in name or "/attributes/encode" in name for name in seen)
    assert app.row("<lambda>")["output"] == {"a": 1}
