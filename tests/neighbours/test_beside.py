"""The real Logfire, Langfuse, Datadog and Sentry in one process with ours: each gets its spans, ours come once."""

import subprocess
from typing import Final

import pytest

from tests.support.otlp_receiver import OtlpReceiver, otlp_receiver
from tests.support.program import run_program

ENVIRONMENT: Final = {
    "LANGFUSE_PUBLIC_KEY": "pk-lf-1",
    "LANGFUSE_SECRET_KEY": "sk-lf-1",
    "LANGFUSE_BASE_URL": "http://127.0.0.1:9",
    "DD_TRACE_ENABLED": "true",
    "DD_TRACE_OTEL_ENABLED": "true",
    "DD_INSTRUMENTATION_TELEMETRY_ENABLED": "false",
    "DD_REMOTE_CONFIGURATION_ENABLED": "false",
    "DD_TRACE_STARTUP_LOGS": "false",
    "DD_TRACE_AGENT_URL": "http://127.0.0.1:9",
}

ALL: Final = """
import logging
from opentelemetry import trace
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
theirs = InMemorySpanExporter()

def sentry():
    import sentry_sdk
    from sentry_sdk.transport import Transport
    class Kept(Transport):
        envelopes = []
        def capture_envelope(self, envelope):
            Kept.envelopes.append(envelope)
    sentry_sdk.init(dsn="http://k@127.0.0.1:9/1", transport=Kept, traces_sample_rate=1.0)
    return Kept.envelopes

def logfire():
    import logfire
    logfire.configure(
        send_to_logfire=False, console=False, inspect_arguments=False, additional_span_processors=[SimpleSpanProcessor(theirs)]
    )
    return logfire

def langfuse():
    from langfuse import Langfuse
    client = Langfuse(span_exporter=theirs)
    return client

def bridge(**arguments):
    import otel_bridge
    otel_bridge.init_logger(project="p", **arguments)
    return otel_bridge

"""


def beside(python: str, program: str, **environment: str) -> tuple[OtlpReceiver, str]:
    """What arrives of a program that runs in that environment, and what it says."""
    with otlp_receiver() as receiver:
        try:
            said = run_program(ALL + program, receiver, python=python, **ENVIRONMENT, **environment)
        except subprocess.CalledProcessError as error:
            pytest.fail(error.stderr)
    return receiver, said


def names(receiver: OtlpReceiver) -> list[str]:
    return sorted(span.name for span in receiver.raw_spans)


@pytest.mark.parametrize("first", ["theirs", "ours"])
def test_logfire_and_sentry_and_ours(python: str, first: str) -> None:
    order = ["found = sentry()", "fire = logfire()", "ours = bridge()"]
    receiver, said = beside(
        python,
        "\n".join(order if first == "theirs" else [order[2], *order[:2]])
        + """
import sentry_sdk
provider = trace.get_tracer_provider()
with sentry_sdk.start_transaction(name="transaction"), fire.span("from logfire"):
    with ours.start_span("ours", input="x") as span:
        with fire.span("inside"):
            trace.get_tracer("t").start_span("plain").end()
ours.init_logger(project="p")
ours.flush()
assert trace.get_tracer_provider() is provider
seen = {span.name for span in theirs.get_finished_spans()}
assert seen >= {"from logfire", "ours", "inside", "plain"}, seen
assert any(item.type == "transaction" for envelope in found for item in envelope.items)
""",
    )

    assert names(receiver) == ["from logfire", "inside", "ours", "plain"]
    assert len({span.trace_id for span in receiver.raw_spans}) == 1
    inside = next(span for span in receiver.raw_spans if span.name == "inside")
    ours = next(span for span in receiver.raw_spans if span.name == "ours")
    assert inside.parent_span_id == ours.span_id
    assert "Overriding" not in said
    assert "Traceback" not in said


@pytest.mark.parametrize("first", ["theirs", "ours"])
def test_langfuse_and_ours_with_a_project_for_each_span(python: str, first: str) -> None:
    order = ["client = langfuse()", "ours = bridge()"]
    receiver, said = beside(
        python,
        "\n".join(order if first == "theirs" else order[::-1])
        + """
other = ours.init_logger(project="q", set_current=False)
with client.start_as_current_observation(name="from langfuse", input="x"):
    with ours.start_span("ours"):
        pass
other.start_span("of q").end()
trace.get_tracer("t").start_span("of r", attributes={"braintrust.parent": "project_name:r"}).end()
client.flush()
ours.flush()
seen = [span.name for span in theirs.get_finished_spans()]
assert seen.count("from langfuse") == 1, seen
""",
    )

    projects = {span.name: receiver.spans[span.name]["braintrust.parent"] for span in receiver.raw_spans}
    assert projects == {
        "from langfuse": "project_name:p",
        "ours": "project_name:p",
        "of q": "project_name:q",
        "of r": "project_name:r",
    }
    assert len(receiver.raw_spans) == 4
    assert "Overriding" not in said
    assert "Traceback" not in said


def test_datadog_keeps_its_provider_and_ours_shares_the_context(python: str) -> None:
    receiver, said = beside(
        python,
        """
import ddtrace
from ddtrace.opentelemetry import TracerProvider
trace.set_tracer_provider(TracerProvider())
ours = bridge()
ours.init_logger(project="p")
with ddtrace.tracer.trace("of datadog"), trace.get_tracer("t").start_as_current_span("theirs") as span:
    with ours.start_span("ours", input="x") as own:
        assert trace.get_current_span().get_span_context().span_id == int(own.span_id, 16)
        assert own.root_span_id == f"{span.get_span_context().trace_id:032x}"
ours.flush()
assert type(trace.get_tracer_provider()) is TracerProvider
""",
    )

    assert names(receiver) == ["ours"]
    assert said.count("takes no span processors") == 1
    assert "Traceback" not in said


def test_masks_for_all_of_them(python: str) -> None:
    receiver, said = beside(
        python,
        """
fire = logfire()
client = langfuse()
ours = bridge()
ours.set_masking_function(lambda value: "M", mask_all_processors=True, mask_span_names=True)
with fire.span("{x}", x="SECRET"), client.start_as_current_observation(name="SECRET", input="SECRET"):
    with ours.start_span("ours", input="SECRET"):
        pass
client.flush()
ours.flush()
# Logfire copies what a span begins with before it ends; that is not within reach.
ended = [span for span in theirs.get_finished_spans() if span.attributes.get("logfire.span_type") != "pending_span"]
assert len(ended) >= 3
assert "SECRET" not in "".join(span.to_json() for span in ended)
""",
    )

    assert b"SECRET" not in b"".join(span.SerializeToString() for span in receiver.raw_spans)
    assert "get values before masking" not in said


def test_ours_stay_when_logfire_is_configured_again(python: str) -> None:
    receiver, said = beside(
        python,
        """
fire, ours = logfire(), bridge()
ours.start_span("before").end()
logfire()
with ours.start_span("after"):
    fire.info("theirs")
ours.flush()
""",
    )

    assert names(receiver) == ["after", "before", "theirs"]
    assert "Traceback" not in said
