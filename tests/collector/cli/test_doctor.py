"""`doctor`, against a real sidecar and what a real app sends to it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner, Result

from otel_bridge_collector.cli.main import main
from tests.support.collector import Collector, running_collector

APP: Final = """
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
import sys

provider = TracerProvider()
exporter = OTLPSpanExporter(headers={"x-bt-parent": f"project_name:{sys.argv[1]}"})
provider.add_span_processor(BatchSpanProcessor(exporter))
ours = provider.get_tracer("openinference.instrumentation.openai")
theirs = provider.get_tracer("opentelemetry.instrumentation.openai_v2")
call = {"openinference.span.kind": "LLM", "llm.token_count.prompt": 5, "llm.token_count.completion": 6}
said = {"input.value": "hi", "output.value": "ho"}
again = {"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 5, "gen_ai.usage.output_tokens": 6}
ours.start_span("clean", attributes={**call, **said, "llm.model_name": "gpt-4o"}).end()
if sys.argv[1] == "faulty":
    ours.start_span("empty", attributes={**call, "llm.model_name": "nobody-knows-it"}).end()
    elsewhere = trace.SpanContext(5, 6, True, trace.TraceFlags(1))
    context = trace.set_span_in_context(trace.NonRecordingSpan(elsewhere))
    ours.start_span("orphan", context=context).end()
    ours.start_span("large", attributes={str(number): number for number in range(140)}).end()
    cut = {"gen_ai.input.messages": '[{"role": "user", "parts": [{"type": "text", "content": "hello wor'}
    theirs.start_span("cut", attributes={"gen_ai.operation.name": "chat", **cut}).end()
    with ours.start_as_current_span("twice", attributes={**call, **said, "llm.model_name": "gpt-4o"}):
        theirs.start_span("chat", attributes={**again, "gen_ai.request.model": "gpt-4o"}).end()
provider.shutdown()
"""


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[Collector]:
    with running_collector(tmp_path / "data") as running:
        yield running


def send(collector: Collector, project: str) -> None:
    environment = {"PATH": os.defpath, "OTEL_EXPORTER_OTLP_ENDPOINT": collector.otlp_http}
    subprocess.run(
        [sys.executable, "-c", APP, project],
        env=environment,
        check=True,
        timeout=60,
        stderr=subprocess.DEVNULL,
    )


def examine(collector: Collector, *options: str, **environment: str) -> Result:
    asked = ["doctor", "--url", collector.api, "--data-dir", str(collector.data_dir), *options]
    return CliRunner().invoke(main, asked, env=environment)


def found(result: Result) -> dict[str, dict[str, Any]]:
    """The findings by their check."""
    return {each["check"]: each for each in json.loads(result.output) if each["verdict"] == "finding"}


def test_where_all_is_well_the_exit_code_is_0(collector: Collector) -> None:
    send(collector, "clean")

    result = examine(collector)

    assert result.exit_code == 0, result.output
    assert "finding" not in result.output.replace("what to do", "")


def test_each_fault_of_an_app_is_found_with_what_mends_it(collector: Collector) -> None:
    send(collector, "faulty")

    result = examine(collector, "--format", "json")

    assert result.exit_code == 1
    assert set(found(result)) == {
        "content", "prices", "orphans", "dropped attributes", "truncated values", "instrumentations",
    }  # fmt: skip
    assert found(result)["dropped attributes"]["remedy"] == "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT=4096 in the app"


def test_the_environment_of_the_app_is_checked_too(collector: Collector) -> None:
    result = examine(collector, "--format", "json", OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:4317")

    assert set(found(result)) == {"endpoint"}


def test_a_sidecar_that_is_away_is_the_only_finding(tmp_path: Path) -> None:
    asked = [
        "doctor",
        "--url",
        "http://127.0.0.1:9",
        "--data-dir",
        str(tmp_path / "none"),
        "--format",
        "json",
    ]

    result = CliRunner().invoke(main, asked)

    assert result.exit_code == 1
    assert set(found(result)) == {"address"}


def test_a_configuration_is_checked_without_a_sidecar(tmp_path: Path) -> None:
    asked = ["doctor", "--data-dir", str(tmp_path / "none"), "--format", "json", "--config"]

    well = CliRunner().invoke(main, [*asked, "yaml:exporters: {file/x: {directory: rows}}"])
    wrong = CliRunner().invoke(main, [*asked, "yaml:exportres: {}"])

    assert (well.exit_code, wrong.exit_code) == (0, 1), well.output
    assert set(found(wrong)) == {"settings"}
