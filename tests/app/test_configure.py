"""The global tracer provider, the end of the process and its forks; each in a process of its own."""

import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator

import pytest

from otel_bridge.attributes.decode import decode
from tests.support.otlp_receiver import OtlpReceiver
from tests.support.program import run_program as run


def test_the_global_place_is_not_taken_where_nobody_has(receiver: OtlpReceiver) -> None:
    said = run(
        """
        import otel_bridge
        from opentelemetry import trace
        from opentelemetry.sdk.trace import TracerProvider
        logger = otel_bridge.init_logger(project="p")
        assert isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)
        with otel_bridge.start_span("ours") as span:
            assert trace.get_current_span().get_span_context().span_id == int(span.span_id, 16)
        """,
        receiver,
    )

    assert set(receiver.spans) == {"ours"}
    assert said == ""


def test_the_resource_of_our_provider_is_that_of_any_other_with_a_hash_that_is_made_once(
    receiver: OtlpReceiver,
) -> None:
    run(
        """
        import otel_bridge
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        ours, theirs = otel_bridge.tracer_provider().resource, TracerProvider().resource
        assert ours == theirs and hash(ours) == hash(theirs)
        assert isinstance(ours.merge(Resource({"a": 1})), Resource)
        """,
        receiver,
    )


def test_the_app_can_give_our_provider_the_global_place(receiver: OtlpReceiver) -> None:
    run(
        """
        import otel_bridge
        from opentelemetry import trace
        otel_bridge.init_logger(project="p")
        trace.set_tracer_provider(otel_bridge.tracer_provider())
        with otel_bridge.start_span("ours"):
            trace.get_tracer("t").start_span("theirs").end()
        otel_bridge.init_logger(project="p")
        """,
        receiver,
    )

    assert receiver.spans["theirs"]["braintrust.parent"] == "project_name:p"
    assert sorted(span.name for span in receiver.raw_spans) == ["ours", "theirs"]


def test_a_provider_that_is_set_later_is_used_from_then_on(receiver: OtlpReceiver) -> None:
    said = run(
        """
        import otel_bridge
        from opentelemetry import trace
        from opentelemetry.sdk.trace import TracerProvider
        first = otel_bridge.init_logger(project="p")
        keyed = otel_bridge.init_logger(project="q", api_key="k", set_current=False)
        first.start_span("before").end()
        trace.set_tracer_provider(TracerProvider())
        for logger in (first, keyed, first):
            with logger.start_span("ours") as span:
                trace.get_tracer("t").start_span("theirs").end()
        otel_bridge.init_logger(project="p")
        assert otel_bridge.tracer_provider() is trace.get_tracer_provider()
        """,
        receiver,
    )

    assert said == ""
    sent = [span.name for span in receiver.raw_spans]
    assert {name: sent.count(name) for name in sent} == {"before": 1, "ours": 3, "theirs": 3}


def test_the_global_place_is_taken_when_asked(receiver: OtlpReceiver) -> None:
    run(
        """
        import otel_bridge
        from opentelemetry import trace
        otel_bridge.init_logger(project="p")
        trace.get_tracer("t").start_span("theirs").end()
        """,
        receiver,
        OTEL_BRIDGE_TRACER_PROVIDER="global",
    )

    assert set(receiver.spans) == {"theirs"}


def test_an_isolated_provider_leaves_the_global_one_alone(receiver: OtlpReceiver) -> None:
    run(
        """
        import otel_bridge
        from opentelemetry import trace
        from opentelemetry.sdk.trace import TracerProvider
        trace.set_tracer_provider(TracerProvider())
        otel_bridge.init_logger(project="p")
        with trace.get_tracer("t").start_as_current_span("theirs") as theirs:
            span = otel_bridge.start_span("ours")
            assert span.root_span_id == f"{theirs.get_span_context().trace_id:032x}"
            span.end()
        """,
        receiver,
        OTEL_BRIDGE_TRACER_PROVIDER="isolated",
    )

    assert set(receiver.spans) == {"ours"}


def test_the_provider_of_the_app_is_used(receiver: OtlpReceiver) -> None:
    run(
        """
        import otel_bridge
        from opentelemetry import trace
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        provider = TracerProvider(resource=Resource({"service.name": "mine"}))
        trace.set_tracer_provider(provider)
        otel_bridge.init_logger(project="p")
        otel_bridge.init_logger(project="q")
        assert trace.get_tracer_provider() is provider
        otel_bridge.start_span("ours").end()
        """,
        receiver,
    )

    assert [span.name for span in receiver.raw_spans] == ["ours"]


def test_a_provider_of_another_kind_is_left_alone(receiver: OtlpReceiver) -> None:
    said = run(
        """
        import otel_bridge
        from opentelemetry import trace
        trace.set_tracer_provider(trace.NoOpTracerProvider())
        otel_bridge.init_logger(project="p")
        otel_bridge.init_logger(project="p")
        with otel_bridge.start_span("ours"):
            pass
        """,
        receiver,
    )

    assert set(receiver.spans) == {"ours"}
    assert said.count("NoOpTracerProvider") == 1


def test_spans_wait_for_no_flush_at_the_end_of_the_process(receiver: OtlpReceiver) -> None:  # V79
    run(
        """
        import otel_bridge
        logger = otel_bridge.init_logger(project="p")
        logger.start_span("a").end()
        logger.log_feedback("row", comment="c")
        """,
        receiver,
    )

    assert set(receiver.spans) == {"a"}
    assert [event_name for event_name, _ in receiver.records] == ["braintrust.feedback"]


def test_a_span_that_never_ended_is_sent_as_unfinished(receiver: OtlpReceiver) -> None:  # V14, V79
    run(
        """
        import otel_bridge
        otel_bridge.init_logger(project="p")
        otel_bridge.start_span("a", input=1)
        """,
        receiver,
    )

    assert receiver.spans["a"]["braintrust.unfinished"] is True
    assert decode(receiver.spans["a"])["input"] == 1


def test_an_uncaught_exception_is_delivered(receiver: OtlpReceiver) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        run(
            """
            import otel_bridge
            otel_bridge.init_logger(project="p")
            with otel_bridge.start_span("a"):
                raise LookupError("x")
            """,
            receiver,
        )

    assert receiver.spans["a"]["error.type"] == "LookupError"


def test_a_destination_that_is_away_holds_the_process_up_for_a_bounded_time_and_says_so_once() -> None:  # V80
    begin = time.monotonic()

    said = run(
        """
        import otel_bridge
        logger = otel_bridge.init_logger(project="p")
        for number in range(100):
            logger.log(input=number)
        logger.log_feedback("row", comment="c")
        """,
        OTEL_BRIDGE_SHUTDOWN_TIMEOUT_MS="300",
    )

    assert time.monotonic() - begin < 40
    assert said.count("spans lost") == 1
    assert said.count("feedback records lost") == 1
    assert "Traceback" not in said


def test_a_short_program_beside_a_sidecar_that_is_away_says_one_line() -> None:
    said = run(
        """
        import otel_bridge
        otel_bridge.init_logger(project="p").start_span("a").end()
        """,
        OTEL_BRIDGE_SHUTDOWN_TIMEOUT_MS="300",
    )

    (line,) = said.splitlines()
    assert line.startswith("1 spans lost on the way to http://127.0.0.1:9 (")
    assert "Connection refused" in line


@pytest.fixture
def hanging() -> Iterator[str]:
    """URL of a destination that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=8) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_spans_and_feedback_share_the_time_of_the_exit(hanging: str) -> None:
    said = run(
        """
        import atexit, sys, time
        # Registered first and so called last.
        atexit.register(lambda: print(f"held up for {time.monotonic() - begin:.1f} s", file=sys.stderr))
        import otel_bridge
        logger = otel_bridge.init_logger(project="p")
        logger.log(input="secret")
        logger.log_feedback("row", comment="secret")
        begin = time.monotonic()
        """,
        OTEL_BRIDGE_ENDPOINT=hanging,
        OTEL_BRIDGE_SHUTDOWN_TIMEOUT_MS="3000",
    )

    (held_up,) = re.findall(r"held up for ([\d.]+) s", said)
    assert 2.9 < float(held_up) < 5.9
    assert said.count(f"lost on the way to {hanging} ") == 2
    assert "secret" not in said


def test_spans_and_feedback_share_the_time_of_a_flush(hanging: str) -> None:
    said = run(
        """
        import sys, time
        import otel_bridge
        logger = otel_bridge.init_logger(project="p")
        logger.log(input=1)
        logger.log_feedback("row", comment="c")
        begin = time.monotonic()
        otel_bridge.flush()
        print(f"held up for {time.monotonic() - begin:.1f} s", file=sys.stderr)
        """,
        OTEL_BRIDGE_ENDPOINT=hanging,
        OTEL_BRIDGE_FLUSH_TIMEOUT_MS="3000",
        OTEL_BRIDGE_SHUTDOWN_TIMEOUT_MS="100",
    )

    (held_up,) = re.findall(r"held up for ([\d.]+) s", said)
    assert 2.9 < float(held_up) < 5.9


def test_what_the_app_logs_while_it_exits_is_sent(receiver: OtlpReceiver) -> None:
    run(
        """
        import atexit
        import otel_bridge
        from opentelemetry import trace
        from opentelemetry.sdk.trace import TracerProvider
        provider = TracerProvider()
        trace.set_tracer_provider(provider)
        atexit.register(lambda: otel_bridge.start_span("at exit").end())
        otel_bridge.init_logger(project="p").log_feedback("row", comment="c")
        """,
        receiver,
    )

    assert set(receiver.spans) == {"at exit"}
    assert len(receiver.records) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_child_that_was_forked_after_a_flush_delivers(receiver: OtlpReceiver) -> None:  # V82
    run(
        """
        import os, warnings
        warnings.simplefilter("ignore", DeprecationWarning)
        import otel_bridge
        logger = otel_bridge.init_logger(project="p")
        logger.start_span("before").end()
        otel_bridge.flush()
        open_span = logger.start_span("open")
        logger.start_span("queued").end()
        child = os.fork()
        if child == 0:
            logger.start_span("in child").end()
            logger.log_feedback("row", comment="from child")
            otel_bridge.flush()
        else:
            assert os.waitpid(child, 0)[1] == 0
            open_span.end()
        """,
        receiver,
    )

    assert sorted(span.name for span in receiver.raw_spans) == ["before", "in child", "open", "queued"]
    assert len(receiver.records) == 1


def test_threads_that_start_together_configure_once(receiver: OtlpReceiver) -> None:
    run(
        """
        import threading, otel_bridge
        from otel_bridge import state
        barrier = threading.Barrier(8)
        def work():
            barrier.wait()
            otel_bridge.init_logger(project="p").start_span("a").end()
        threads = [threading.Thread(target=work) for _ in range(8)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        assert len(set(map(id, state.process.bridges.values()))) == 1
        """,
        receiver,
    )

    assert len(receiver.raw_spans) == 8
