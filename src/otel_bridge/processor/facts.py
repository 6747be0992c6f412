"""Send what is said of a span apart from it, feedback and updates, as OTLP log records.

The records go through a queue, masking and exporter of their own, bounded and counted as spans are. It checks
nothing and knows no field but the parent's; `api.feedback` writes the attributes.

The OpenTelemetry logs SDK is still marked experimental by its underscore; these are its documented places.
"""

import threading
import time
from typing import Protocol

from opentelemetry._logs import LogRecord, NoOpLogger, SeverityNumber
from opentelemetry.context import Context
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.trace import INVALID_SPAN, NonRecordingSpan, SpanContext, set_span_in_context

from otel_bridge import state
from otel_bridge.attributes.encode import Attributes
from otel_bridge.contract import names
from otel_bridge.exporter.otlp import build_log_exporter
from otel_bridge.exporter.unreported import unreported
from otel_bridge.processor.attachments import AttachingLogExporter, wait_for_uploads
from otel_bridge.processor.deadline import DeadlineThread
from otel_bridge.processor.delivery import CountedLogExporter, Counts, Delivery, MaskingCounts
from otel_bridge.processor.masked_export import MaskingLogExporter
from otel_bridge.processor.metrics import report
from otel_bridge.processor.size import SizedLogExporter
from otel_bridge.settings import Settings, origin


class Line(Protocol):
    """A line of an application log, for those who know OpenTelemetry only."""

    @property
    def severity(self) -> SeverityNumber:
        """How grave it is."""
        ...

    @property
    def level(self) -> str:
        """The same by its name."""
        ...

    @property
    def text(self) -> str:
        """What it says."""
        ...


class FactSender:
    """A pipeline of log records, with the resource of the spans that they speak of.

    Attributes:
        settings: those in force.
    """

    def __init__(self, settings: Settings, resource: Resource) -> None:
        self.settings = settings
        exporter = build_log_exporter(settings)
        self._delivery = Delivery(
            "feedback records",
            settings.queue_size,
            exporter.inner,
            origin(settings.endpoints.logs),
            exporter.answer,
        )
        exporter.patience = self._delivery.patience(settings.patience_ms)
        self._exporter = CountedLogExporter(exporter, self._delivery)
        sized = SizedLogExporter(self._exporter, settings.batch_bytes)
        self._provider = LoggerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_log_record_processor(
            unreported(BatchLogRecordProcessor)(
                MaskingLogExporter(AttachingLogExporter(sized, settings)),
                max_queue_size=settings.queue_room,
                schedule_delay_millis=settings.export_delay_ms,
                max_export_batch_size=settings.export_size,
            )
        )
        self._logger = self._provider.get_logger(names.SCOPE)
        self._deadline = DeadlineThread()
        self._closed = False
        if settings.internal_metrics:
            report(self, "log", settings.queue_size)
        state.process.pipelines.add(self)

    @property
    def counts(self) -> Counts:
        """How many records were accepted, delivered and lost so far."""
        return self._delivery.counts

    @property
    def masking_counts(self) -> MaskingCounts:
        """How many records left so far, and how many of them masked."""
        return self._delivery.masking_counts

    def send(
        self,
        event_name: str,
        attributes: Attributes,
        span_context: SpanContext | None,
        line: Line | None = None,
    ) -> None:
        """Queue an event of that name about the span, if it is known; `line` is the text of a log."""
        if isinstance(self._logger, NoOpLogger):  # OTEL_SDK_DISABLED: there is nothing to be lost either
            return
        if not self._delivery.accept():
            return
        # A span of no trace stands for "unknown": an empty context would mean the current span.
        about = NonRecordingSpan(span_context) if span_context else INVALID_SPAN
        record = LogRecord(
            timestamp=time.time_ns(),
            context=set_span_in_context(about, Context()),
            severity_number=line.severity if line else SeverityNumber.INFO,
            severity_text=line.level if line else None,
            body=line.text if line else None,
            attributes=attributes,
            event_name=event_name,
        )
        self._logger.emit(record)

    def start_flush(self) -> threading.Event:
        """Start to send what waits, in the background; the event is set when that is over."""
        return self._deadline.start(self._flush)

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what waits; False when that took longer than `timeout_millis` or the setting allows."""
        if self._closed:
            return False
        timeout_ms = min(timeout_millis, self.settings.flush_timeout_ms)
        return self._deadline.run(self._flush, timeout_ms)

    def shutdown(self) -> None:
        """Send what waits, for no longer than the setting allows, and report what was lost."""
        if self._closed:
            return
        self._closed = True
        if not state.process.may_send:
            self._delivery.close()
        in_time = self._deadline.run(self._provider.shutdown, self.settings.shutdown_timeout_ms)
        self._deadline.stop()
        self._delivery.close()
        if not in_time:
            self._exporter.shutdown()

    def _flush(self) -> None:
        self._provider.force_flush()
        wait_for_uploads(self.settings.flush_timeout_ms)
