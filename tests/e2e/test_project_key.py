"""An app with a key for one project and nothing else: what the README and `keys create --project` lead to."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.support.collector import Collector, running_collector
from tests.support.keys import make_key
from tests.support.program import run_program

pytestmark = pytest.mark.one_python

README_APP: Final = """
    from otel_bridge import current_span, init_logger, traced

    logger = init_logger(project="checkout")

    @traced
    def answer(question):
        logger.log_feedback(id=current_span().id, scores={"helpful": 1})
        return "42"

    answer("what is it?")
"""
PLAIN_APP: Final = """
    from opentelemetry.sdk.trace import TracerProvider
    from otel_bridge import BridgeSpanProcessor

    provider = TracerProvider()
    provider.add_span_processor(BridgeSpanProcessor())
    provider.get_tracer("plain").start_span("answer").end()
    provider.shutdown()
"""


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[Collector]:
    with running_collector(tmp_path / "data") as running:
        yield running


def run(app: str, collector: Collector, tmp_path: Path) -> str:
    key = make_key(tmp_path / "data", "ingest", projects=("checkout",))
    return run_program(
        app,
        OTEL_BRIDGE_ENDPOINT=collector.otlp_http,
        BRAINTRUST_API_KEY=key,
        BRAINTRUST_API_URL=collector.api,
    )


@pytest.mark.parametrize(
    ("app", "scores"),
    [
        pytest.param(README_APP, {"helpful": 1}, id="of the README"),
        pytest.param(PLAIN_APP, None, id="plain OpenTelemetry"),
    ],
)
def test_its_rows_and_feedback_are_in_the_project(
    collector: Collector, tmp_path: Path, app: str, scores: object
) -> None:
    told = run(app, collector, tmp_path)

    reader = make_key(tmp_path / "data", "read")
    rows = collector.query(
        "from: project_logs('checkout') spans | select: span_attributes.name as name, scores", key=reader
    )
    assert told == ""
    assert rows == [{"name": "answer", "scores": scores}]
