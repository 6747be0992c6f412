"""`opentelemetry-instrument` on a Flask app that knows nothing of tracing, with `opentelemetry-distro` installed."""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.support.otlp_receiver import OtlpReceiver, otlp_receiver

BIN: Final = Path(sys.executable).parent
EXAMPLES: Final = Path(__file__).parents[2] / "examples"

APP: Final = """
import os
from fake_openai import fake_openai
from flask import Flask
from openai import OpenAI

app = Flask(__name__)
SAID = os.environ.get("SAID", "hello")

@app.get("/ask")
def ask():
    with fake_openai() as url, OpenAI(api_key="k", base_url=url) as client:
        client.chat.completions.create(model="m", messages=[{"role": "user", "content": SAID}])
    return "answered"

print(app.test_client().get("/ask?to=" + SAID, headers={"x-bt-parent": "project_name:theirs"}).text)
"""

FILE: Final = """
file_format: "1.0"
propagator:
  composite: [{tracecontext: }, {baggage: }]
tracer_provider:
  processors:
    - batch:
        exporter:
          otel_bridge: {endpoint: "${ENDPOINT}", parent: "project_name:from file"}
"""

CHAT: Final = "chat m"
REQUEST: Final = "GET /ask"


@pytest.fixture
def receiver() -> Iterator[OtlpReceiver]:
    with otlp_receiver() as running:
        yield running


def instrument(folder: Path, receiver: OtlpReceiver, **environment: str) -> str:
    """Run the app; values of the environment may hold `URL`. Return what it said on stderr."""
    (folder / "app.py").write_text(APP)
    (folder / "otel.yaml").write_text(FILE)
    finished = subprocess.run(
        [BIN / "opentelemetry-instrument", sys.executable, "app.py"],
        cwd=folder,
        env={
            "PATH": os.defpath,
            "PYTHONPATH": str(EXAMPLES),
            **{name: value.replace("URL", receiver.url) for name, value in environment.items()},
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert finished.stdout == "answered\n"
    return finished.stderr


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({"OTEL_BRIDGE_ENABLED": "true", "OTEL_BRIDGE_ENDPOINT": "URL"}, id="switched on"),
        pytest.param({"OTEL_BRIDGE_ENDPOINT": "URL"}, id="endpoint"),
        pytest.param({"BRAINTRUST_API_URL": "URL", "BRAINTRUST_API_KEY": "k"}, id="as Braintrust"),
        pytest.param(
            {"OTEL_BRIDGE_ENABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "URL"}, id="as OpenTelemetry"
        ),
        pytest.param(
            {
                "OTEL_TRACES_EXPORTER": "otel_bridge",
                "OTEL_EXPORTER_OTLP_ENDPOINT": "URL",
                "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS": "otel_bridge",
            },
            id="exporter and detector",
        ),
    ],
)
def test_every_span_arrives_once_with_its_messages_and_no_warning(
    environment: dict[str, str], receiver: OtlpReceiver, tmp_path: Path
) -> None:
    said = instrument(tmp_path, receiver, **environment)

    assert said == ""
    assert Counter(span.name for span in receiver.raw_spans) == {CHAT: 1, REQUEST: 1}
    assert "hello" in receiver.spans[CHAT]["gen_ai.input.messages"]


WAYS: Final = [
    pytest.param({"OTEL_BRIDGE_ENDPOINT": "URL"}, id="processor"),
    pytest.param(
        {"OTEL_TRACES_EXPORTER": "otel_bridge", "OTEL_BRIDGE_ENDPOINT": "URL"}, id="exporter by name"
    ),
    pytest.param({"OTEL_CONFIG_FILE": "otel.yaml", "ENDPOINT": "URL"}, id="exporter of a file"),
    pytest.param(
        {"OTEL_BRIDGE_ENDPOINT": "URL", "OTEL_EXPORTER_OTLP_ENDPOINT": "URL"},
        id="beside OpenTelemetry's place",
    ),
]


@pytest.mark.parametrize("environment", WAYS)
def test_what_a_variable_names_is_masked(
    environment: dict[str, str], receiver: OtlpReceiver, tmp_path: Path
) -> None:
    instrument(tmp_path, receiver, OTEL_BRIDGE_MASK="secrets,emails", SAID="ann@x.example", **environment)

    assert Counter(span.name for span in receiver.raw_spans) == {CHAT: 1, REQUEST: 1}
    assert "ann@x.example" not in str(receiver.raw_spans)
    assert "otel_bridge.masked" in receiver.spans[CHAT]
    assert "/ask?to=[email]" in receiver.spans[REQUEST].values()


@pytest.mark.parametrize("environment", WAYS)
def test_a_name_that_is_none_lets_nothing_out_and_the_app_run(
    environment: dict[str, str], receiver: OtlpReceiver, tmp_path: Path
) -> None:
    said = instrument(tmp_path, receiver, OTEL_BRIDGE_MASK="secret,emails", **environment)

    assert "OTEL_BRIDGE_MASK names secret; it is a list with commas of secrets, emails," in said
    assert receiver.requests == []


def test_a_configuration_file_that_names_the_exporter_is_enough(
    receiver: OtlpReceiver, tmp_path: Path
) -> None:
    instrument(tmp_path, receiver, OTEL_CONFIG_FILE="otel.yaml", ENDPOINT="URL")

    assert Counter(span.name for span in receiver.raw_spans) == {CHAT: 1, REQUEST: 1}
    assert receiver.spans[CHAT]["braintrust.parent"] == "project_name:from file"


def test_the_propagator_reads_the_header_of_braintrust(receiver: OtlpReceiver, tmp_path: Path) -> None:
    instrument(tmp_path, receiver, OTEL_BRIDGE_ENDPOINT="URL", OTEL_PROPAGATORS="otel_bridge")

    assert receiver.spans[CHAT]["braintrust.parent"] == "project_name:theirs"


def test_content_can_be_switched_off(receiver: OtlpReceiver, tmp_path: Path) -> None:
    instrument(tmp_path, receiver, OTEL_BRIDGE_ENDPOINT="URL", OTEL_BRIDGE_CAPTURE_CONTENT="false")

    assert "gen_ai.input.messages" not in receiver.spans[CHAT]


def test_without_a_word_nothing_of_ours_happens(receiver: OtlpReceiver, tmp_path: Path) -> None:
    instrument(
        tmp_path,
        receiver,
        OTEL_EXPORTER_OTLP_ENDPOINT="URL",
        OTEL_EXPORTER_OTLP_PROTOCOL="http/protobuf",
        OTEL_METRICS_EXPORTER="none",
        OTEL_LOGS_EXPORTER="none",
    )

    assert Counter(span.name for span in receiver.raw_spans) == {CHAT: 1, REQUEST: 1}
    assert "gen_ai.input.messages" not in receiver.spans[CHAT]
    assert "x-bt-parent" not in receiver.requests[0][1]


def test_the_launcher_lists_our_variables() -> None:
    shown = subprocess.run(
        [BIN / "opentelemetry-instrument", "--help"], capture_output=True, text=True, check=True, timeout=60
    ).stdout

    assert "--bridge_endpoint" in shown


def test_the_example_shows_a_flask_and_a_fastapi_app_with_the_calls_of_their_model() -> None:
    shown = subprocess.run(
        [sys.executable, EXAMPLES / "zero_code.py"], check=True, capture_output=True, text=True, timeout=100
    ).stdout

    flask, fastapi = shown.split("fastapi-app answered")
    for part in (flask, fastapi):
        assert re.search(r"GET /ask .*\n[├└]── llm chat gpt-4o-mini .* 21 tokens", part)
        assert "What is the weather in Lisbon?" in part
        assert "get_weather" in part
