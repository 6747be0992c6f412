"""Split batches by size before they are sent, so that no request outgrows what its receiver takes.

Sizes are estimated from the values after masking, without encoding them a second time: never less than what
OTLP makes of a span, and up to four times that for names and for text that is not ASCII. The resource, which a request says
once, is not counted. It neither masks nor counts what was delivered.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeVar, cast

from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk._logs.export import LogRecordExporter, LogRecordExportResult
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from otel_bridge.attributes.to_json import PAIR_BYTES

T = TypeVar("T")

SPAN_BYTES: Final = 2048
"""What a waiting span takes in memory beside what it says; measured with tracemalloc, docs/performance.md."""

_FRAME_BYTES: Final = 128
"""Ids, times, kind, flags and lengths of a span, event, link or log record are less."""

_UTF_8_BYTES: Final = 4
"""The most that one character takes; which one does is not looked at."""


_NUMBERS: Final = frozenset({int, float, bool, type(None)})
"""What takes no more than its pair."""


class SizedSpanExporter(SpanExporter):
    """Export through `inner` in requests of at most `batch_bytes`; a span that is larger travels alone."""

    def __init__(self, inner: SpanExporter, batch_bytes: int) -> None:
        self._inner, self._batch_bytes = inner, batch_bytes

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export every part, also after one that failed; SUCCESS if none did."""
        outcomes = [self._inner.export(part) for part in parts(spans, span_bytes, self._batch_bytes)]
        return SpanExportResult.FAILURE if SpanExportResult.FAILURE in outcomes else SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        """Shut `inner` down."""
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Flush `inner`."""
        return self._inner.force_flush(timeout_millis)


class SizedLogExporter(LogRecordExporter):
    """The same for log records."""

    def __init__(self, inner: LogRecordExporter, batch_bytes: int) -> None:
        self._inner, self._batch_bytes = inner, batch_bytes

    def export(self, batch: Sequence[ReadableLogRecord]) -> LogRecordExportResult:
        """Export every part, also after one that failed; SUCCESS if none did."""
        outcomes = [self._inner.export(part) for part in parts(batch, record_bytes, self._batch_bytes)]
        failed = LogRecordExportResult.FAILURE in outcomes
        return LogRecordExportResult.FAILURE if failed else LogRecordExportResult.SUCCESS

    def shutdown(self) -> None:
        """Shut `inner` down."""
        self._inner.shutdown()  # type: ignore[no-untyped-call]  # the SDK leaves it without annotations

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Flush `inner`."""
        return self._inner.force_flush(timeout_millis)


def parts(batch: Sequence[T], size: Callable[[T], int], limit_bytes: int) -> Iterator[list[T]]:
    """Yield `batch` in order, in parts of at most `limit_bytes` or of one."""
    part: list[T] = []
    part_bytes = 0
    for one in batch:
        one_bytes = size(one)
        if part and part_bytes + one_bytes > limit_bytes:
            yield part
            part, part_bytes = [], 0
        part.append(one)
        part_bytes += one_bytes
    if part:
        yield part


def span_bytes(span: ReadableSpan) -> int:
    """Estimate what `span` takes in a request."""
    taken = (
        _FRAME_BYTES
        + _size(span.name)
        + _attributes_size(span.attributes or {})
        + _size(span.status.description)
    )
    for event in span.events:
        taken += _FRAME_BYTES + _size(event.name) + _size(event.attributes)
    for link in span.links:
        taken += _FRAME_BYTES + _size(link.attributes)
    return taken


def record_bytes(record: ReadableLogRecord) -> int:
    """Estimate what `record` takes in a request."""
    log_record = record.log_record
    said = (log_record.event_name, log_record.severity_text, log_record.body, log_record.attributes)
    return _FRAME_BYTES + sum(_size(value) for value in said)


def _size(value: object) -> int:
    if isinstance(value, str):
        return len(value) if value.isascii() else _UTF_8_BYTES * len(value)
    if type(value) in _NUMBERS:
        return 0
    if isinstance(value, bytes):
        return len(value)
    if isinstance(value, Mapping):
        taken = 0
        for key, item in cast("Mapping[object, object]", value).items():
            taken += PAIR_BYTES + _size(key) + _size(item)
        return taken
    if isinstance(value, Sequence):
        return sum(PAIR_BYTES + _size(item) for item in cast("Sequence[object]", value))
    return 0


def _attributes_size(attributes: Mapping[str, object]) -> int:
    """Of names and values; texts, which nearly all are, are measured together, without a step for each."""
    texts, taken = [*attributes], PAIR_BYTES * len(attributes)
    for value in attributes.values():
        if type(value) is str:
            texts.append(value)
        elif type(value) not in _NUMBERS:
            taken += _size(value)
    return taken + (sum(map(len, texts)) if all(map(str.isascii, texts)) else sum(map(_size, texts)))
