"""What is current, when spans end in another order than they began."""

import contextvars

import pytest
from opentelemetry import baggage, trace
from opentelemetry import context as otel_context
from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider

from otel_bridge import state

TRACER = TracerProvider(shutdown_on_exit=False).get_tracer("test")


def activate(name: str) -> state.Activation:
    span = TRACER.start_span(name)
    return state.activate(name, span, trace.set_span_in_context(span))


def current() -> object:
    activation = state.activation_of(state.live_context())
    return activation.span if activation else None


def test_an_activated_span_is_current_until_released() -> None:
    activation = activate("a")
    assert current() == "a"

    state.release(activation)

    assert current() is None
    assert otel_context.get_current() == Context()


def test_releasing_the_outer_span_first_leaves_the_inner_one_current() -> None:
    outer, inner = activate("outer"), activate("inner")

    state.release(outer)
    assert current() == "inner"
    state.release(inner)

    assert otel_context.get_current() == Context()


def test_a_copy_of_the_context_passes_over_what_was_released_elsewhere() -> None:
    outer, inner = activate("outer"), activate("inner")
    copied = contextvars.copy_context()

    state.release(inner)

    assert copied.run(current) == "outer"
    state.release(outer)


def test_a_span_can_be_released_where_its_context_was_copied_to() -> None:
    activation = activate("a")
    copied = contextvars.copy_context()

    copied.run(state.release, activation)

    assert copied.run(current) is None
    assert current() is None


def test_a_span_of_others_inside_is_no_span_of_ours() -> None:
    activate("ours")

    with TRACER.start_as_current_span("theirs"):
        assert current() is None

    assert current() == "ours"


def test_baggage_of_the_app_does_not_hide_the_span() -> None:
    activate("ours")
    otel_context.attach(baggage.set_baggage("a", "b"))

    assert current() == "ours"


def test_spans_that_never_end_are_remembered_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "MAX_OPEN_SPANS", 1)

    state.remember_open(Open())
    state.remember_open(Open())

    assert len(state.process.open_spans) == 1
    state.process.open_spans.clear()


class Open:
    def abandon(self) -> None: ...
