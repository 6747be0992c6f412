"""The public exporters, for apps that wire exporters rather than processors: masking, then OTLP.

Large batches are cut. They queue, filter and route nothing; the processor around them does, or `BridgeSpanProcessor`.
"""

from collections.abc import Mapping, Sequence

from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk._logs.export import LogRecordExporter, LogRecordExportResult
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from otel_bridge.exporter.otlp import build_log_exporter, build_span_exporter
from otel_bridge.processor.attachments import AttachingLogExporter, AttachingSpanExporter
from otel_bridge.processor.masked_export import MaskingLogExporter, MaskingSpanExporter
from otel_bridge.processor.size import SizedLogExporter, SizedSpanExporter
from otel_bridge.settings import Settings


class BridgeSpanExporter(SpanExporter):
    """Send masked spans to the sidecar or to Braintrust.

    Args:
        settings: by default those of the environment.
        headers: sent besides the usual ones.

    Attributes:
        masks: that what leaves here is masked.

    Raises:
        SettingsError: a setting cannot be used.
    """

    masks = True

    def __init__(self, settings: Settings | None = None, headers: Mapping[str, str] | None = None) -> None:
        settings = settings or Settings.from_environment()
        sized = SizedSpanExporter(build_span_exporter(settings, headers), settings.batch_bytes)
        self._masked = MaskingSpanExporter(AttachingSpanExporter(sized, settings))

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Mask and send."""
        return self._masked.export(spans)

    def shutdown(self) -> None:
        """Close the connection."""
        self._masked.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Nothing waits here."""
        return self._masked.force_flush(timeout_millis)


class BridgeLogExporter(LogRecordExporter):
    """Send masked log records to the sidecar or to Braintrust.

    Args:
        settings: by default those of the environment.

    Raises:
        SettingsError: a setting cannot be used.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        settings = settings or Settings.from_environment()
        sized = SizedLogExporter(build_log_exporter(settings), settings.batch_bytes)
        self._masked = MaskingLogExporter(AttachingLogExporter(sized, settings))

    def export(self, batch: Sequence[ReadableLogRecord]) -> LogRecordExportResult:
        """Mask and send."""
        return self._masked.export(batch)

    def shutdown(self) -> None:
        """Close the connection."""
        self._masked.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Nothing waits here."""
        return self._masked.force_flush(timeout_millis)
