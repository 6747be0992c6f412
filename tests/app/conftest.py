"""An app of its own for each test: nothing configured, nothing current, and a receiver that takes its spans."""

import os
import uuid
from collections.abc import Iterator
from dataclasses import fields

import pytest
from opentelemetry import context as otel_context
from opentelemetry.context import Context

from otel_bridge import state
from tests.support.app import App
from tests.support.collector import Collector, running_collector
from tests.support.otlp_receiver import OtlpReceiver, otlp_receiver


@pytest.fixture(autouse=True)
def nothing_is_current(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in os.environ:  # noqa: TID251 - the test sets the stage
        if name.startswith(("OTEL_", "BRAINTRUST_")):
            monkeypatch.delenv(name)
    fresh = state.Process()
    for field in fields(fresh):
        setattr(state.process, field.name, getattr(fresh, field.name))
    state.logger_here.set(None)
    otel_context.attach(Context())
    yield
    _shut_down()


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[OtlpReceiver]:
    with otlp_receiver() as running:
        monkeypatch.setenv("OTEL_BRIDGE_ENDPOINT", running.url)
        yield running
        _shut_down()


@pytest.fixture
def app(receiver: OtlpReceiver) -> App:
    return App(receiver)


@pytest.fixture(scope="session")
def shared_sidecar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    """One for all tests of a worker; each test has a project of its own in it."""
    with running_collector(tmp_path_factory.mktemp("sidecar") / "data") as running:
        yield running


@pytest.fixture
def sidecar(shared_sidecar: Collector, monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    for name, value in (("API_URL", shared_sidecar.api), ("APP_URL", shared_sidecar.api), ("API_KEY", "x")):
        monkeypatch.setenv(f"BRAINTRUST_{name}", value)
    yield shared_sidecar
    _shut_down()


@pytest.fixture
def project(request: pytest.FixtureRequest) -> str:
    """The name of a project that no other test uses."""
    return f"{request.node.name} {uuid.uuid4().hex[:8]}"


def _shut_down() -> None:
    for pipeline in list(state.process.pipelines):
        pipeline.shutdown()
