"""What an evaluation tells the app's own providers of logs and metrics, at a real receiver."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest

from otel_bridge.api.evaluation.telemetry import CASES_METRIC, SCORE_METRIC
from tests.support.collector import Collector, running_collector
from tests.support.otlp_receiver import OtlpReceiver, otlp_receiver

PROGRAM: Final = """
import sys
from opentelemetry import metrics
from opentelemetry._logs import set_logger_provider
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from otel_bridge import BridgeLogRecordProcessor, Eval, Score, set_masking_function

url, project, is_sent = sys.argv[1], sys.argv[2], sys.argv[3] != "kept"
if sys.argv[3] == "masked":
    set_masking_function(lambda value: value.replace("a@b.org", "[email]") if isinstance(value, str) else value)
logs = LoggerProvider()
logs.add_log_record_processor(SimpleLogRecordProcessor(OTLPLogExporter(f"{url}/v1/logs")))
logs.add_log_record_processor(BridgeLogRecordProcessor())
set_logger_provider(logs)
meters = MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter(f"{url}/v1/metrics"))])
metrics.set_meter_provider(meters)

def task(number):
    return 1 / number

def right(output):
    return Score("right", 0.5, metadata={"choice": "B", "rationale": "half of a@b.org", "more": 1})

def boom():
    raise RuntimeError("no")

Eval(project, [{"input": 1}, {"input": 0}], task, [right, boom], experiment_name="e", no_send_logs=not is_sent)
meters.shutdown()
logs.shutdown()
"""


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    with running_collector(tmp_path_factory.mktemp("sidecar") / "data") as running:
        yield running


def run(collector: Collector, receiver: OtlpReceiver, cwd: Path, project: str, how: str = "sent") -> None:
    places = {"API_URL": collector.api, "APP_URL": collector.api, "API_KEY": "x"}
    variables = [f"BRAINTRUST_{name}={value}" for name, value in places.items()]
    subprocess.run(
        ["/usr/bin/env", *variables, sys.executable, "-c", PROGRAM, receiver.url, project, how],
        check=True, cwd=cwd, capture_output=True, timeout=60,
    )  # fmt: skip


def rows(collector: Collector, project: str) -> list[dict[str, object]]:
    """Those of the project's experiment."""
    answer = httpx.get(f"{collector.api}/v1/experiment", params={"project_name": project})
    (experiment,) = answer.json()["objects"]
    return collector.query(f"select: * | from: experiment('{experiment['id']}') spans")


def test_scores_are_events_in_the_span_of_the_case(collector: Collector, tmp_path: Path) -> None:
    with otlp_receiver() as receiver:
        run(collector, receiver, tmp_path, "events")

    (case,) = [row for row in rows(collector, "events") if row["is_root"] and row["input"] == 1]
    result = "gen_ai.evaluation.result"
    assert sorted(receiver.records, key=str) == [
        (result, {"gen_ai.evaluation.name": "boom", "error.type": "RuntimeError"}),
        (
            result,
            {
                "gen_ai.evaluation.name": "right",
                "gen_ai.evaluation.score.value": 0.5,
                "gen_ai.evaluation.score.label": "B",
                "gen_ai.evaluation.explanation": "half of a@b.org",
            },
        ),
    ]
    assert {record.span_id.hex() for record in receiver.raw_records} == {case["span_id"]}


def test_what_a_judge_says_is_masked(collector: Collector, tmp_path: Path) -> None:
    with otlp_receiver() as receiver:
        run(collector, receiver, tmp_path, "masked", "masked")

    said = [attributes.get("gen_ai.evaluation.explanation") for _, attributes in receiver.records]
    assert sorted(said, key=str) == [None, "half of [email]"]


def test_scores_and_cases_are_metrics(collector: Collector, tmp_path: Path) -> None:
    with otlp_receiver() as receiver:
        run(collector, receiver, tmp_path, "metrics")

    assert {SCORE_METRIC, CASES_METRIC} <= set[str]().union(*receiver.metrics)


def test_they_make_no_rows_beside_those_of_the_experiment(collector: Collector, tmp_path: Path) -> None:
    with otlp_receiver() as receiver:
        run(collector, receiver, tmp_path, "rows")

    found = [*rows(collector, "rows"), *collector.query("select: * | from: project_logs('rows') spans")]
    assert Counter(row["span_attributes"]["type"] for row in found) == {"eval": 2, "task": 2, "score": 2}  # type: ignore[index]


def test_nothing_is_told_where_nothing_is_sent(collector: Collector, tmp_path: Path) -> None:
    with otlp_receiver() as receiver:
        run(collector, receiver, tmp_path, "kept", "kept")

    assert list(receiver.records) == []
