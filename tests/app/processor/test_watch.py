"""The spans of chosen traces are counted: which ended, and which a receiver has taken."""

import os

import pytest
from opentelemetry import trace
from opentelemetry.context import Context

import otel_bridge
from otel_bridge.processor.watch import Watch
from tests.support.app import App


def test_only_the_spans_of_watched_traces_count(app: App) -> None:
    with Watch() as watch:
        watched = app.tracer.start_span("watched", context=Context())
        watch.add(watched.get_span_context())
        app.tracer.start_span("other", context=Context()).end()
        watched.end()

        assert watch.missing == 1
        otel_bridge.flush()
        assert watch.missing == 0


def test_a_trace_is_safe_when_all_of_it_was_taken(app: App) -> None:
    with Watch() as watch:
        root = app.tracer.start_span("root", context=Context())
        watch.add(root.get_span_context())
        app.tracer.start_span("child", context=trace.set_span_in_context(root)).end()
        before = watch.unsafe
        root.end()
        ended = watch.unsafe
        otel_bridge.flush()

        assert (before, ended, watch.unsafe) == (0, 1, 0)


def test_a_trace_that_lost_a_span_stays_unsafe(app: App) -> None:
    app.receiver.poison, app.receiver.poison_status = b"poison", 400

    with Watch() as watch:
        root = app.tracer.start_span("root", context=Context())
        watch.add(root.get_span_context())
        app.tracer.start_span("poison", context=trace.set_span_in_context(root)).end()
        root.end()
        otel_bridge.flush()

        assert (watch.missing, watch.unsafe) == (1, 1)


def test_what_ended_before_and_is_taken_later_makes_up_for_no_loss(app: App) -> None:
    app.receiver.poison, app.receiver.poison_status = b"poison", 400
    root = app.tracer.start_span("root", context=Context())
    app.tracer.start_span("before", context=trace.set_span_in_context(root)).end()

    with Watch() as watch:
        watch.add(root.get_span_context())
        app.tracer.start_span("poison", context=trace.set_span_in_context(root)).end()
        otel_bridge.flush()

        assert watch.missing == 1


def test_a_span_that_is_not_sampled_is_not_watched(app: App) -> None:
    unsampled = trace.SpanContext(1, 2, is_remote=False, trace_flags=trace.TraceFlags(0))

    with Watch() as watch:
        watch.add(unsampled)
        under = trace.set_span_in_context(trace.NonRecordingSpan(unsampled), Context())
        app.tracer.start_span("dropped", context=under).end()

        assert (watch.missing, watch.unsafe) == (0, 0)


def test_nothing_is_counted_after_the_end(app: App) -> None:
    with Watch() as watch:
        root = app.tracer.start_span("root", context=Context())
        watch.add(root.get_span_context())
    root.end()

    assert watch.missing == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_counts_nothing(app: App) -> None:
    with Watch() as watch:
        root = app.tracer.start_span("root", context=Context())
        watch.add(root.get_span_context())
        if (child := os.fork()) == 0:
            root.end()
            os._exit(watch.missing)
        _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
