"""The real `braintrust.otel` package, unmodified, against a running sidecar."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.support.collector import Collector, running_collector

pytestmark = pytest.mark.one_python

APP: Final = """
import sys
from braintrust.otel import BraintrustSpanProcessor
from opentelemetry.sdk.trace import TracerProvider

provider = TracerProvider()
provider.add_span_processor(BraintrustSpanProcessor(parent=sys.argv[1] if len(sys.argv) > 1 else None))
tracer = provider.get_tracer("app")
with tracer.start_as_current_span("root"):
    with tracer.start_as_current_span("chat", attributes={"gen_ai.operation.name": "chat"}):
        pass
provider.shutdown()
"""


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    with running_collector(tmp_path_factory.mktemp("sidecar") / "data") as running:
        yield running


def run_app(collector: Collector, cwd: Path, *arguments: str, **environment: str) -> None:
    variables = {"BRAINTRUST_API_URL": collector.api, "BRAINTRUST_API_KEY": "x", **environment}
    command = ["/usr/bin/env", *(f"{name}={value}" for name, value in variables.items())]
    subprocess.run([*command, sys.executable, "-c", APP, *arguments], check=True, cwd=cwd, timeout=60)


def span_names(collector: Collector, project: str) -> set[object]:
    rows = collector.query(
        f"from: project_logs('{project}') | select: span_attributes.name as name | limit: 10"
    )
    return {row["name"] for row in rows}


def test_its_spans_land_in_the_project_that_the_parent_argument_names(
    collector: Collector, tmp_path: Path
) -> None:
    run_app(collector, tmp_path, "project_name:by argument")

    assert span_names(collector, "by argument") == {"root", "chat"}


def test_its_spans_land_in_the_project_that_the_environment_names(
    collector: Collector, tmp_path: Path
) -> None:
    run_app(collector, tmp_path, BRAINTRUST_PARENT="project_name:by environment")

    assert span_names(collector, "by environment") == {"root", "chat"}


def test_its_spans_land_in_braintrusts_default_project_when_nothing_names_one(
    collector: Collector, tmp_path: Path
) -> None:
    run_app(collector, tmp_path)

    assert span_names(collector, "default-otel-project") == {"root", "chat"}
