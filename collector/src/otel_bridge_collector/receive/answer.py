"""The OTLP answers to requests that were kept, whole or in part.

Source: OTLP specification 1.x, "Full Success" (an empty answer) and "Partial Success".
"""

from typing import TypeVar

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from otel_bridge_collector.intake import Outcome

_Answer = TypeVar(
    "_Answer", ExportTraceServiceResponse, ExportLogsServiceResponse, ExportMetricsServiceResponse
)


def traces_answer(outcome: Outcome) -> ExportTraceServiceResponse:
    """Say how many spans were rejected, if any, and why."""
    return _answer(ExportTraceServiceResponse(), "rejected_spans", outcome)


def logs_answer(outcome: Outcome) -> ExportLogsServiceResponse:
    """Say how many log records were rejected, if any, and why."""
    return _answer(ExportLogsServiceResponse(), "rejected_log_records", outcome)


def metrics_answer(outcome: Outcome) -> ExportMetricsServiceResponse:
    """Say how many data points were rejected, if any, and why."""
    return _answer(ExportMetricsServiceResponse(), "rejected_data_points", outcome)


def _answer(answer: _Answer, rejected: str, outcome: Outcome) -> _Answer:
    if outcome.rejected:
        setattr(answer.partial_success, rejected, outcome.rejected)
        answer.partial_success.error_message = outcome.reason
    return answer
