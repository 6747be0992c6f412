"""The OTLP answers to requests that were kept, whole or in part.

Source: OTLP specification 1.x, "Full Success" (an empty answer) and "Partial Success".
"""

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from otel_bridge_collector.intake import Outcome


def traces_answer(outcome: Outcome) -> ExportTraceServiceResponse:
    """Say how many spans were rejected, if any, and why."""
    answer = ExportTraceServiceResponse()
    if outcome.rejected:
        answer.partial_success.rejected_spans = outcome.rejected
        answer.partial_success.error_message = outcome.reason
    return answer


def logs_answer(outcome: Outcome) -> ExportLogsServiceResponse:
    """Say how many log records were rejected, if any, and why."""
    answer = ExportLogsServiceResponse()
    if outcome.rejected:
        answer.partial_success.rejected_log_records = outcome.rejected
        answer.partial_success.error_message = outcome.reason
    return answer


def metrics_answer(outcome: Outcome) -> ExportMetricsServiceResponse:
    """Say how many data points were rejected, if any, and why."""
    answer = ExportMetricsServiceResponse()
    if outcome.rejected:
        answer.partial_success.rejected_data_points = outcome.rejected
        answer.partial_success.error_message = outcome.reason
    return answer
