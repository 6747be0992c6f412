"""Spans and log records of plain OpenTelemetry, through a real provider and any exporter."""

from collections.abc import Sequence
from typing import Any

from opentelemetry._logs import LogRecord
from opentelemetry.sdk._logs import LoggerProvider, ReadableLogRecord
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult


class GatedExporter(SpanExporter):
    """Keeps what it is given; answers what it is told to, raises what it is told to.

    Attributes:
        result: its answer.
        error: what it raises instead, or None.
        batches: what it was given.
        shutdowns: how often it was shut down.
    """

    def __init__(self) -> None:
        self.result = SpanExportResult.SUCCESS
        self.error: Exception | None = None
        self.batches: list[Sequence[ReadableSpan]] = []
        self.shutdowns = 0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.batches.append(spans)
        if self.error:
            raise self.error
        return self.result

    def shutdown(self) -> None:
        self.shutdowns += 1


def ended_span(name: str = "a", **arguments: Any) -> ReadableSpan:
    """A span that has ended, as an exporter gets it."""
    exporter = GatedExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    provider.get_tracer("t").start_span(name, **arguments).end()
    return exporter.batches[0][0]


def log_record() -> ReadableLogRecord:
    """A log record as an exporter gets it."""
    seen = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]  # the SDK leaves it without annotations
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(SimpleLogRecordProcessor(seen))
    provider.get_logger("t").emit(LogRecord(event_name="braintrust.feedback"))
    return seen.get_finished_logs()[0]
