"""Tell the uploads which attachments the rows refer to that were just sent, as they are after masking."""

from collections.abc import Sequence

from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk._logs.export import LogRecordExporter, LogRecordExportResult
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from otel_bridge import state
from otel_bridge.settings import Settings


class AttachingSpanExporter(SpanExporter):
    """Export through `inner`, then let go of the attachments of those spans."""

    def __init__(self, inner: SpanExporter, settings: Settings) -> None:
        self._inner, self._settings = inner, settings

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export; the attachments go also where the export failed, for a part may have arrived."""
        result = self._inner.export(spans)
        if uploads := state.process.uploads:
            for span in spans:
                uploads.sent((span.attributes or {}).values(), self._settings)
        return result

    def shutdown(self) -> None:
        """Shut `inner` down."""
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Flush `inner`."""
        return self._inner.force_flush(timeout_millis)


class AttachingLogExporter(LogRecordExporter):
    """Likewise of feedback, updates and log lines."""

    def __init__(self, inner: LogRecordExporter, settings: Settings) -> None:
        self._inner, self._settings = inner, settings

    def export(self, batch: Sequence[ReadableLogRecord]) -> LogRecordExportResult:
        """Export, as above."""
        result = self._inner.export(batch)
        if uploads := state.process.uploads:
            for record in batch:
                uploads.sent((record.log_record.attributes or {}).values(), self._settings)
        return result

    def shutdown(self) -> None:
        """Shut `inner` down."""
        self._inner.shutdown()  # type: ignore[no-untyped-call]  # the SDK leaves it without annotations

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Flush `inner`."""
        return self._inner.force_flush(timeout_millis)


def wait_for_uploads(timeout_ms: int) -> None:
    """Wait for the attachments of what was sent so far."""
    if uploads := state.process.uploads:
        uploads.wait(timeout_ms / 1000)
