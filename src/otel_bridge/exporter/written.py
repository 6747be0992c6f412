"""OpenTelemetry's OTLP exporter with the request written by `exporter.writer`; sending is left to it.

Its parts that are used here have no public name. Where a version of it has others, it encodes as it always does.
"""

from collections.abc import Sequence
from typing import Any

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult

from otel_bridge.exporter.writer import write_request


class WrittenSpanExporter(OTLPSpanExporter):
    """Export what we write; what cannot be written, or is too large, is left to OpenTelemetry, which says so.

    It reports no metrics of its own.
    """

    # The logger of OpenTelemetry's module is the one it complains by; see `Delivery`.
    __module__ = OTLPSpanExporter.__module__

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Write and send."""
        client: Any = getattr(self, "_client", None)
        largest: int | None = getattr(self, "_max_request_size", None)
        if not hasattr(client, "export") or largest is None or getattr(self, "_shutdown", True):
            return super().export(spans)
        try:
            request = write_request(spans)
        except Exception:  # noqa: BLE001 - OpenTelemetry's own encoder says what is wrong
            return super().export(spans)
        if 0 < largest < len(request):
            return super().export(spans)
        return SpanExportResult.SUCCESS if client.export(request).success else SpanExportResult.FAILURE
