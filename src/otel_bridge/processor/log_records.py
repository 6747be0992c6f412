"""The public log record processor: the log records of an app and its instrumentations, masked, over OTLP.

Instrumentations put prompts and answers into events as well as into attributes; through this processor those
events reach the row of their span, masked as attributes are. It filters nothing, and a full queue drops.

The OpenTelemetry logs SDK is still marked experimental by its underscore; these are its documented places.
"""

import threading
from collections.abc import Mapping

from opentelemetry.sdk._logs import LogRecordProcessor, ReadWriteLogRecord
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.trace import TraceFlags

from otel_bridge import state
from otel_bridge.contract import names
from otel_bridge.exporter.otlp import build_log_exporter
from otel_bridge.exporter.unreported import unreported
from otel_bridge.processor.attachments import AttachingLogExporter
from otel_bridge.processor.both_masks import mask_by_name
from otel_bridge.processor.deadline import DeadlineThread
from otel_bridge.processor.delivery import CountedLogExporter, Counts, Delivery, MaskingCounts
from otel_bridge.processor.masked_export import MaskingLogExporter
from otel_bridge.processor.metrics import report
from otel_bridge.processor.routing import parent_for
from otel_bridge.processor.size import SizedLogExporter
from otel_bridge.settings import Settings, origin, with_arguments


class BridgeLogRecordProcessor(LogRecordProcessor):
    """Send the log records of a logger provider to the sidecar or to Braintrust.

        logger_provider.add_log_record_processor(BridgeLogRecordProcessor())

    A record that was emitted inside a span becomes part of the span's row, in the span's project. Those of a span
    that is not sampled do not leave.

    Args:
        api_key: key for the destination; by default `BRAINTRUST_API_KEY`.
        parent: where records go that name no parent; by default as for spans.
        api_url: a Braintrust API to send to; by default as for spans.
        settings: instead of those of the environment.

    Attributes:
        settings: those in force.

    Raises:
        SettingsError: a setting cannot be used.
    """

    def __init__(
        self,
        api_key: str | None = None,
        parent: str | None = None,
        api_url: str | None = None,
        *,
        settings: Settings | None = None,
    ) -> None:
        self.settings = with_arguments(settings or Settings.from_environment(), api_key, parent, api_url)
        mask_by_name(self.settings.mask)
        self._parent = parent
        exporter = build_log_exporter(self.settings)
        self._delivery = Delivery(
            "log records",
            self.settings.queue_size,
            exporter.inner,
            origin(self.settings.endpoints.logs),
            exporter.answer,
        )
        exporter.patience = self._delivery.patience(self.settings.patience_ms)
        self._exporter = CountedLogExporter(exporter, self._delivery)
        sized = SizedLogExporter(self._exporter, self.settings.batch_bytes)
        self._batch = unreported(BatchLogRecordProcessor)(
            MaskingLogExporter(AttachingLogExporter(sized, self.settings)),
            max_queue_size=self.settings.queue_room,
            schedule_delay_millis=self.settings.export_delay_ms,
            max_export_batch_size=self.settings.export_size,
        )
        self._deadline = DeadlineThread()
        self._closed = False
        if self.settings.internal_metrics:
            report(self, "log", self.settings.queue_size)
        state.process.pipelines.add(self)

    @property
    def counts(self) -> Counts:
        """How many records were accepted, delivered and lost so far."""
        return self._delivery.counts

    @property
    def masking_counts(self) -> MaskingCounts:
        """How many records left so far, and how many of them masked."""
        return self._delivery.masking_counts

    def on_emit(self, log_record: ReadWriteLogRecord) -> None:
        """Queue the record, with the parent string of its surroundings, if there is room."""
        record = log_record.log_record
        if _stands_in_rows(log_record):
            return
        if record.trace_id and not (record.trace_flags or 0) & TraceFlags.SAMPLED:
            return
        attributes: Mapping[str, object] = record.attributes or {}
        if names.PARENT not in attributes and (
            parent := parent_for(record.context, self._parent, self.settings)
        ):
            record.attributes = {**(record.attributes or {}), names.PARENT: parent}
        if self._delivery.accept():
            self._batch.on_emit(log_record)

    def start_flush(self) -> threading.Event:
        """Start to send what waits, in the background; the event is set when that is over."""
        return self._deadline.start(self._batch.force_flush)

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what waits; False when that took longer than `timeout_millis` or the setting allows."""
        if self._closed:
            return False
        timeout_ms = min(timeout_millis, self.settings.flush_timeout_ms)
        return self._deadline.run(self._batch.force_flush, timeout_ms)

    def shutdown(self) -> None:
        """Send what waits, for no longer than the setting allows, and report what was lost."""
        if self._closed:
            return
        self._closed = True
        in_time = self._deadline.run(self._batch.shutdown, self.settings.shutdown_timeout_ms)
        self._deadline.stop()
        self._delivery.close()
        if not in_time:
            self._exporter.shutdown()


def _stands_in_rows(log_record: ReadWriteLogRecord) -> bool:
    """Whether it is a score of an evaluation of ours, for those who have no rows."""
    scope = log_record.instrumentation_scope
    return (
        scope is not None
        and scope.name == names.SCOPE
        and log_record.log_record.event_name == names.GEN_AI_EVALUATION_RESULT_EVENT
    )
