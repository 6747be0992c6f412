"""The real instrumentor of the real `openai` client, switched on and off; each in a process of its own."""

import inspect

import braintrust
import pytest

import otel_bridge
from tests.support.otlp_receiver import OtlpReceiver
from tests.support.program import run_program as run

ASK = """
import sys
sys.path.insert(0, "examples")
from fake_openai import fake_openai
from openai import OpenAI

def ask():
    with fake_openai() as url, OpenAI(api_key="k", base_url=url) as client:
        client.chat.completions.create(model="m", messages=[{"role": "user", "content": "hello"}])

import otel_bridge
otel_bridge.init_logger(project="p")
"""


def test_the_arguments_are_those_of_braintrust() -> None:
    theirs = inspect.signature(braintrust.auto_instrument).parameters
    ours = inspect.signature(otel_bridge.auto_instrument).parameters

    assert [*ours, "span_customizers"] == list(theirs)
    assert all(one.kind is one.KEYWORD_ONLY and one.default is True for one in ours.values())


def test_an_unknown_flag_is_an_error() -> None:
    with pytest.raises(TypeError, match="opnai"):
        otel_bridge.auto_instrument(opnai=False)  # type: ignore[call-arg]


def test_s5_calls_are_traced_with_their_content_until_it_is_undone(receiver: OtlpReceiver) -> None:
    run(
        ASK
        + """
first = otel_bridge.auto_instrument()
assert first["openai"] is True and first["bedrock_runtime"] is False and len(first) == 30
assert otel_bridge.auto_instrument() == first
ask()
otel_bridge.uninstrument()
ask()
""",
        receiver,
    )

    (span,) = receiver.raw_spans
    assert "hello" in receiver.spans[span.name]["gen_ai.input.messages"]


def test_s6_a_flag_leaves_a_library_alone(receiver: OtlpReceiver) -> None:
    run(ASK + "assert 'openai' not in otel_bridge.auto_instrument(openai=False)\nask()\n", receiver)

    assert receiver.raw_spans == []


def test_content_can_be_switched_off(receiver: OtlpReceiver) -> None:
    run(ASK + "otel_bridge.auto_instrument()\nask()\n", receiver, OTEL_BRIDGE_CAPTURE_CONTENT="false")

    (span,) = receiver.raw_spans
    assert "gen_ai.input.messages" not in receiver.spans[span.name]


def test_what_others_switched_on_is_reported_and_stays(receiver: OtlpReceiver) -> None:
    run(
        ASK
        + """
from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor
OpenAIInstrumentor().instrument(tracer_provider=otel_bridge.tracer_provider())
assert otel_bridge.auto_instrument()["openai"] is True
otel_bridge.uninstrument()
ask()
""",
        receiver,
    )

    assert len(receiver.raw_spans) == 1


def test_a_library_that_is_missing_is_passed_over_quietly(receiver: OtlpReceiver) -> None:
    said = run(
        """
        import sys
        sys.modules["openai"] = None  # as if it could not be imported
        import otel_bridge
        assert otel_bridge.auto_instrument()["openai"] is False
        """,
        receiver,
    )

    assert said == ""
