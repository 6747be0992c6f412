"""`doctor`, against a real sidecar and what a real app sends to it."""

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from click.testing import CliRunner, Result

from otel_bridge.contract.receipt import RECEIPT_HEADER
from otel_bridge_collector.cli.main import main
from otel_bridge_collector.spool.record import Routing
from tests.support.collector import Collector, running_collector
from tests.support.otlp_receiver import otlp_receiver, wait_until
from tests.support.otlp_request import span, traces
from tests.support.spool import open_spool
from tests.support.tls import Authority

pytestmark = pytest.mark.one_python

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


SENDER: Final = """
import sys, time
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

clock_s, version = float(sys.argv[1]), sys.argv[2]
told = {"telemetry.sdk.version": version} if version else {}
provider = TracerProvider(resource=Resource.create({"service.name": "sender", **told}))
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
now_ns = time.time_ns() + int(clock_s * 1e9)
provider.get_tracer("t").start_span("work", start_time=now_ns - 1_000).end(now_ns)
provider.shutdown()
"""
"""One span, by the clock of a machine that is wrong by some seconds."""

OURS: Final = """
import sys
import otel_bridge

def fail(value):
    raise ValueError

if sys.argv[1] == "masking":
    otel_bridge.set_masking_function(fail)
logger = otel_bridge.init_logger(project="p")
for _ in range(30):
    logger.start_span("work", input="x").end()
"""


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[Collector]:
    with running_collector(tmp_path / "data") as running:
        yield running


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    """A sidecar that many apps send to, each with a fault of its own."""
    with running_collector(tmp_path_factory.mktemp("doctor") / "data") as running:
        yield running


def send(collector: Collector, project: str) -> None:
    run(collector, APP, project)


def run(collector: Collector, program: str, *arguments: str, **variables: str) -> None:
    environment = {
        "PATH": os.defpath,
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.otlp_http,
        "OTEL_BRIDGE_ENDPOINT": collector.otlp_http,
        **variables,
    }
    subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=environment,
        check=True,
        timeout=60,
        stderr=subprocess.DEVNULL,
    )


def examine(collector: Collector, *options: str, **environment: str) -> Result:
    asked = ["doctor", "--url", collector.api, "--data-dir", str(collector.data_dir), *options]
    return CliRunner().invoke(main, asked, env=environment)


def findings(result: Result) -> list[dict[str, Any]]:
    return [each for each in json.loads(result.output) if each["verdict"] == "finding"]


def found(result: Result) -> dict[str, dict[str, Any]]:
    """The findings by their check."""
    return {each["check"]: each for each in findings(result)}


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


def test_a_sender_whose_every_request_is_refused_is_found(tmp_path: Path) -> None:
    with running_collector(tmp_path / "data") as collector:
        headers = {"content-type": "application/json"}
        assert (
            httpx.post(f"{collector.otlp_http}/v1/traces", content=b"[", headers=headers).status_code == 400
        )

        result = examine(collector, "--format", "json")

    assert found(result)["refused requests"]["found"] == "1 requests were refused: invalid"


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


def test_a_configuration_that_serve_would_refuse_is_found(tmp_path: Path) -> None:
    asked = ["doctor", "--data-dir", str(tmp_path / "none"), "--format", "json", "--config"]

    result = CliRunner().invoke(main, [*asked, "yaml:extensions: {tls: {cert_file: none, key_file: none}}"])

    assert "cannot read none" in found(result)["settings"]["found"]


def test_a_url_beside_a_configuration_is_asked(tmp_path: Path) -> None:
    asked = ["doctor", "--data-dir", str(tmp_path / "none"), "--format", "json"]

    result = CliRunner().invoke(main, [*asked, "--config", "yaml:{}", "--url", "http://127.0.0.1:9"])

    assert result.exit_code == 1
    assert set(found(result)) == {"address"}


def test_an_endpoint_is_called_wrong_only_where_its_port_speaks_otherwise(tmp_path: Path) -> None:
    authority = Authority(tmp_path)

    with running_collector(tmp_path / "data", *authority.issue("sidecar").options()) as over_tls:
        trusted = {"OTEL_BRIDGE_CA_FILE": str(authority.ca_file)}
        well = examine(over_tls, OTEL_EXPORTER_OTLP_ENDPOINT=over_tls.otlp_http, **trusted)
        as_http = over_tls.otlp_http.replace("https", "http")
        wrong = examine(over_tls, "--format", "json", OTEL_EXPORTER_OTLP_ENDPOINT=as_http, **trusted)

    assert well.exit_code == 0, well.output
    assert found(wrong)["endpoint"]["remedy"] == f"OTEL_EXPORTER_OTLP_ENDPOINT={over_tls.otlp_http}"


@pytest.mark.parametrize(
    ("program", "arguments", "check", "says", "remedy"),
    [
        pytest.param(
            SENDER, ("3600", ""), "clock", "s or more ahead of the sidecar's", "set-ntp", id="ahead"
        ),
        pytest.param(SENDER, ("-600", ""), "clock", "its clock is behind", "set-ntp", id="behind"),
        pytest.param(
            SENDER, ("0", "1.20.0"), "SDK version", "opentelemetry python 1.20.0", "1.39", id="old SDK"
        ),
        pytest.param(
            OURS, ("masking",), "masking", "failed on 30 spans", "set_masking_function", id="masking"
        ),
        pytest.param(
            OURS, ("queue",), "dropped spans", "20 of 30 spans", "OTEL_BRIDGE_QUEUE_SIZE", id="queue"
        ),
    ],
)
def test_each_fault_of_a_sender_is_found_with_what_mends_it(
    shared: Collector, program: str, arguments: tuple[str, ...], check: str, says: str, remedy: str
) -> None:
    queue = {"OTEL_BRIDGE_QUEUE_SIZE": "10", "OTEL_BRIDGE_SCHEDULE_DELAY_MS": "600000"}

    run(shared, program, *arguments, **(queue if arguments == ("queue",) else {}))

    told = [each for each in findings(examine(shared, "--format", "json")) if each["check"] == check]
    assert [says in each["found"] and remedy in each["remedy"] for each in told].count(True) == 1, told


def test_spans_that_never_arrived_are_found(shared: Collector) -> None:
    receipt = f"process={'d' * 32};pid=7;batch=2;ended=5;is_last=1"
    headers = {"content-type": "application/x-protobuf", RECEIPT_HEADER: receipt}
    httpx.post(f"{shared.otlp_http}/v1/traces", content=b"", headers=headers, timeout=30)

    told = [each["found"] for each in findings(examine(shared, "--format", "json"))]
    assert "5 of 5 spans of process 7 of a service without a name never arrived" in told


def test_a_destination_that_lags_is_found(tmp_path: Path) -> None:
    (tmp_path / "data" / "spool").mkdir(parents=True)
    ten_minutes_ago = Routing(signal="traces", parent=None, xact=1, received_ns=time.time_ns() - 600 * 10**9)
    with open_spool(tmp_path / "data" / "spool") as spool:
        asyncio.run(spool.append(ten_minutes_ago, traces(span(1)).SerializeToString()))

    # It takes connections and never answers.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        exporter = f"yaml:exporters: {{otlphttp/silent: {{endpoint: '{url}', start_at: beginning}}}}"
        soon = {"OTEL_BRIDGE_DRAIN_S": "0.5"}
        with running_collector(tmp_path / "data", "--config", exporter, env=soon) as collector:
            told = found(examine(collector, "--format", "json"))

    assert re.fullmatch(r"otlphttp/silent is 6\d\d s behind", told["destinations"]["found"])
    assert "otel-bridge-collector status" in told["destinations"]["remedy"]


def test_a_destination_that_refuses_is_found_with_its_dead_letters(tmp_path: Path) -> None:
    with otlp_receiver() as backend:
        backend.status = 400
        exporter = f"yaml:exporters: {{otlphttp/strict: {{endpoint: '{backend.url}'}}}}"
        with running_collector(tmp_path / "data", "--config", exporter) as collector:
            send(collector, "clean")
            wait_until(lambda: "dead letters" in found(examine(collector, "--format", "json")))
            told = found(examine(collector, "--format", "json"))["dead letters"]

    assert told["found"] == "1 requests never passed at otlphttp/strict"
    assert told["remedy"].endswith("replay --dead-letters --sink otlphttp/strict")
