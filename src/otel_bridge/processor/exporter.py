"""The public exporters, for apps that wire exporters rather than processors: masking, then OTLP.

Large batches are cut. They queue, filter and route nothing; the processor around them does, or `BridgeSpanProcessor`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk._logs.export import LogRecordExporter, LogRecordExportResult
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from otel_bridge import state
from otel_bridge.exporter.otlp import build_log_exporter, build_span_exporter
from otel_bridge.processor.attachments import AttachingLogExporter, AttachingSpanExporter
from otel_bridge.processor.both_masks import mask_by_name
from otel_bridge.processor.masked_export import MaskingLogExporter, MaskingSpanExporter
from otel_bridge.processor.size import SizedLogExporter, SizedSpanExporter
from otel_bridge.settings import Settings, base_endpoints


class BridgeSpanExporter(SpanExporter):
    """Send masked spans to the sidecar or to Braintrust.

    It is also the exporter named `otel_bridge`, for `OTEL_TRACES_EXPORTER` and for declarative configuration, which
    gives it its arguments by name. Spans that a `BridgeSpanProcessor` sends to the same place are left to it.

    Args:
        settings: by default those of the environment.
        endpoint: base URL of the sidecar, for example `http://127.0.0.1:4318`.
        api_key: key for the destination.
        parent: where spans go that name no parent, for example `project_name:my app`.
        headers: sent besides the usual ones.

    Attributes:
        settings: those in force.
        masks: that what leaves here is masked.

    Raises:
        SettingsError: a setting cannot be used.
    """

    masks = True

    def __init__(
        self,
        settings: Settings | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        endpoint: str | None = None,
        api_key: str | None = None,
        parent: str | None = None,
    ) -> None:
        found = settings or Settings.from_environment()
        self.settings = replace(
            found,
            endpoints=base_endpoints("endpoint", endpoint) if endpoint else found.endpoints,
            api_key=api_key or found.api_key,
            parent=parent or found.parent,
        )
        mask_by_name(self.settings.mask)
        self._destination = self.settings.destination(headers)
        exporter = build_span_exporter(self.settings, headers, is_reported=True)
        sized = SizedSpanExporter(exporter, self.settings.batch_bytes)
        self._masked = MaskingSpanExporter(AttachingSpanExporter(sized, self.settings))
        state.process.exporters.add(self)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Mask and send."""
        left = [span for span in spans if state.process.taken.get(span) != self._destination]
        return self._masked.export(left) if left else SpanExportResult.SUCCESS

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
        mask_by_name(settings.mask)
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
