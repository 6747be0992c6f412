"""The counts as metrics, read by a real metric reader; in processes of their own, for the global meter provider."""

import json

from tests.support.otlp_receiver import OtlpReceiver
from tests.support.program import run_program as run

PROGRAM = """
import json, sys
from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

reader = InMemoryMetricReader()
metrics.set_meter_provider(MeterProvider([reader]))

def show():
    said = {}
    data = reader.get_metrics_data()
    for scope in [scope for one in (data.resource_metrics if data else ()) for scope in one.scope_metrics]:
        for metric in scope.metrics:
            if not metric.name.startswith(("otel.sdk.processor.", "otel.sdk.exporter.")):
                continue  # what the SDK itself says of tracers and loggers
            for point in metric.data.data_points:
                assert scope.scope.name == "otel_bridge", scope.scope.name
                error = point.attributes.get("error.type", "")
                said[f"{metric.name} {error}".strip()] = point.value
    print(json.dumps(said), file=sys.stderr)

import otel_bridge
logger = otel_bridge.init_logger(project="p")
logger.log(input=1)
logger.log_feedback("row", comment="c")
otel_bridge.flush()
show()
"""


def shown(receiver: OtlpReceiver, **environment: str) -> dict[str, int]:
    said: dict[str, int] = json.loads(run(PROGRAM, receiver, **environment).splitlines()[-1])
    return said


def test_spans_and_records_are_told_by_their_semantic_names(receiver: OtlpReceiver) -> None:
    said = shown(receiver, OTEL_PYTHON_SDK_INTERNAL_METRICS_ENABLED="true")

    assert said == {
        f"otel.sdk.{name}".format(signal=signal): value
        for signal in ("span", "log")
        for name, value in {
            "processor.{signal}.processed": 1,
            "processor.{signal}.processed queue_full": 0,
            "processor.{signal}.queue.size": 0,
            "processor.{signal}.queue.capacity": 100_000,
            "exporter.{signal}.exported": 1,
            "exporter.{signal}.exported refused": 0,
            "exporter.{signal}.exported _OTHER": 0,
        }.items()
    }


def test_they_are_told_on_request_only(receiver: OtlpReceiver) -> None:
    assert shown(receiver) == {}
