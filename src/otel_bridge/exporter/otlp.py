"""Build the OTLP exporters: endpoint and headers.

They are OpenTelemetry's own; timeout, compression, certificates and further headers are read by them from the
`OTEL_EXPORTER_OTLP_*` variables. This module masks nothing and queues nothing.
"""

from collections.abc import Mapping

from opentelemetry.sdk._logs.export import LogRecordExporter
from opentelemetry.sdk.trace.export import SpanExporter

from otel_bridge.contract.names import PARENT_HEADER
from otel_bridge.contract.parent import DEFAULT_PARENT
from otel_bridge.settings import Settings


def build_span_exporter(settings: Settings, headers: Mapping[str, str] | None = None) -> SpanExporter:
    """Build the exporter of spans; `headers` are sent besides the usual ones."""
    # The one import inside a function: `import otel_bridge` must not load `requests`.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415

    return OTLPSpanExporter(
        endpoint=settings.endpoints.traces, headers={**_headers(settings), **(headers or {})}
    )


def build_log_exporter(settings: Settings) -> LogRecordExporter:
    """Build the exporter of feedback and updates."""
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter  # noqa: PLC0415 - as above

    return OTLPLogExporter(endpoint=settings.endpoints.logs, headers=_headers(settings))


def _headers(settings: Settings) -> dict[str, str]:
    headers = {PARENT_HEADER: settings.parent or DEFAULT_PARENT}
    if settings.api_key and settings.endpoints.takes_key:
        headers["authorization"] = f"Bearer {settings.api_key}"
    return headers
