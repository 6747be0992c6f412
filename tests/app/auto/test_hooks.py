"""The hooks, called as `opentelemetry-instrument` calls them; each in a process of its own."""

from tests.support.otlp_receiver import OtlpReceiver
from tests.support.program import run_program as run

HOOKS = """
import os
from opentelemetry import trace
from otel_bridge.auto.hooks import after_instrumentation, before_instrumentation
before_instrumentation()
after_instrumentation()
content = os.environ.get("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT")
trace.get_tracer("t").start_span("a").end()
"""


def test_spans_leave_and_content_is_captured(receiver: OtlpReceiver) -> None:
    run(HOOKS + "assert content == 'span_only'", receiver)

    assert [span.name for span in receiver.raw_spans] == ["a"]


def test_our_own_functions_need_no_logger(receiver: OtlpReceiver) -> None:
    run(HOOKS + "import otel_bridge\notel_bridge.start_span('b').end()", receiver)

    assert sorted(span.name for span in receiver.raw_spans) == ["a", "b"]


def test_nothing_happens_where_the_bridge_is_off(receiver: OtlpReceiver) -> None:
    run(HOOKS + "assert content is None", receiver, OTEL_BRIDGE_ENABLED="false")

    assert receiver.raw_spans == []


def test_a_second_copy_is_not_sent_and_said_so() -> None:
    said = run(HOOKS, OTEL_BRIDGE_ENDPOINT="", OTEL_BRIDGE_ENABLED="true", OTEL_TRACES_EXPORTER="otlp")

    assert said.count("OTEL_TRACES_EXPORTER=otel_bridge") == 1


def test_a_mistake_in_what_is_to_be_masked_lets_nothing_out(receiver: OtlpReceiver) -> None:
    said = run(HOOKS, receiver, OTEL_BRIDGE_MASK="secret")

    assert (
        "the app is not traced: OTEL_BRIDGE_MASK names secret; it is a list with commas of secrets," in said
    )
    assert "Traceback" not in said
    assert receiver.requests == []


def test_a_wrong_setting_leaves_the_app_running() -> None:
    said = run(HOOKS, OTEL_BRIDGE_ENDPOINT="ftp://h")

    assert "the app is not traced: OTEL_BRIDGE_ENDPOINT" in said
    assert "Traceback" not in said
