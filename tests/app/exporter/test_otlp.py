"""Where requests go and what is said in their headers."""

import subprocess
import sys

import pytest

from otel_bridge.exporter.otlp import build_log_exporter, build_span_exporter
from otel_bridge.settings import Endpoints, Settings
from tests.support.otlp_receiver import OtlpReceiver
from tests.support.spans import ended_span


def settings(receiver: OtlpReceiver, *, takes_key: bool = True, parent: str | None = None) -> Settings:
    endpoints = Endpoints(
        traces=f"{receiver.url}/otel/v1/traces", logs=f"{receiver.url}/l", takes_key=takes_key
    )
    return Settings(endpoints=endpoints, api_key="secret-key", parent=parent)


@pytest.mark.parametrize(
    ("parent", "header"),
    [
        pytest.param(None, "project_name:default-otel-project", id="default"),
        pytest.param("experiment_id:e", "experiment_id:e", id="of the settings"),
    ],
)
def test_a_request_names_the_default_parent(receiver: OtlpReceiver, parent: str | None, header: str) -> None:
    build_span_exporter(settings(receiver, parent=parent)).export([ended_span()])

    ((path, headers),) = receiver.requests
    assert path == "/otel/v1/traces"
    assert headers["x-bt-parent"] == header


@pytest.mark.parametrize("takes_key", [True, False], ids=["ours", "of others"])
def test_the_key_goes_only_where_it_may_be_seen(receiver: OtlpReceiver, *, takes_key: bool) -> None:
    build_span_exporter(settings(receiver, takes_key=takes_key)).export([ended_span()])

    assert ("authorization" in receiver.requests[0][1]) is takes_key


def test_further_headers_are_sent(receiver: OtlpReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-env=e")

    build_span_exporter(settings(receiver), {"x-argument": "a"}).export([ended_span()])

    headers = receiver.requests[0][1]
    assert (headers["x-env"], headers["x-argument"]) == ("e", "a")


def test_log_records_have_a_path_of_their_own(receiver: OtlpReceiver) -> None:
    build_log_exporter(settings(receiver)).export([])

    assert receiver.requests[0][0] == "/l"


def test_importing_the_package_loads_no_transport() -> None:
    program = (
        "import otel_bridge, sys;"
        "loaded = [m for m in sys.modules if m.split('.')[0] in {'grpc', 'requests', 'google'}"
        " or m.startswith('opentelemetry.exporter')];"
        "assert not loaded, loaded"
    )

    subprocess.run([sys.executable, "-c", program], check=True)
