"""The bytes of one OTLP request to rows: decode, then translate span by span. It remembers nothing, so any process may do it.

Where there is a compiled translator, it does what spans it can, and Python the others.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, Literal, NamedTuple, TypeAlias, TypeVar

from otel_bridge_collector import translate
from otel_bridge_collector.decode import protobuf
from otel_bridge_collector.deliver.compiled_spans import PackedSpan, compiled_spans
from otel_bridge_collector.model import LogRecord, RowWrite, Span
from otel_bridge_collector.translate import SpanSummary, summary_of

OtlpSignal: TypeAlias = Literal["traces", "logs"]

_Decoded = TypeVar("_Decoded")


class SpanRows(NamedTuple):
    """What a span or log record gives.

    Attributes:
        summary: what is asked of the span to see what several tell together; None where there is no row of a span.
        writes: its rows, a span's own first; none for a span that only announces another one.
    """

    summary: SpanSummary | None
    writes: Sequence[RowWrite]


class RequestRows(NamedTuple):
    """What a request gives.

    Attributes:
        spans: what its spans or log records give, in order, but for those that no translator survives.
        faults: why each of the others gives nothing.
    """

    spans: Sequence[SpanRows]
    faults: Sequence[str] = ()


RequestTranslator: TypeAlias = Callable[[OtlpSignal, bytes], RequestRows]
"""Does what `request_rows` does, in whatever process."""


def request_rows(signal: OtlpSignal, payload: bytes) -> RequestRows:
    """Return the rows of a request; a span that no translator survives costs itself only.

    Raises:
        MalformedBodyError: the payload is no request of its signal.
    """
    found = compiled_spans(payload) if signal == "traces" else None
    return python_rows(signal, payload) if found is None else rows_beside(found, payload)


def python_rows(signal: OtlpSignal, payload: bytes) -> RequestRows:
    """Return what `request_rows` does, all of it by Python.

    Raises:
        MalformedBodyError: the payload is no request of its signal.
    """
    if signal == "logs":
        return _survivors(protobuf.log_records(protobuf.parse_logs(payload)), _record_rows)
    return _survivors(_together(protobuf.spans_in(payload)), _span_rows)


def rows_beside(found: Sequence[PackedSpan | None], payload: bytes) -> RequestRows:
    """Return the rows of a trace request: what the compiled translator found, and for spans that it left to Python what Python does.

    Args:
        found: as `compiled_spans` returns it for the payload.
        payload: the request.
    """
    if None not in found:
        return RequestRows([span_rows(*each) for each in found if each], [])
    spans = protobuf.spans_in(payload)
    left = _together([span for span, each in zip(spans, found, strict=True) if each is None])
    rows: list[SpanRows] = []
    faults: list[str] = []
    for each in found:
        own = RequestRows([span_rows(*each)]) if each else _survivors([next(left)], _span_rows)
        rows += own.spans
        faults += own.faults
    return RequestRows(rows, faults)


def span_rows(summary: tuple[Any, ...] | None, writes: Iterable[tuple[Any, ...]]) -> SpanRows:
    """Return what a span gives, by the arguments of its summary and writes."""
    return SpanRows(SpanSummary(*summary) if summary else None, [RowWrite(*write) for write in writes])


def fault_of(error: Exception) -> str:
    """Say which bug it was."""
    return f"{type(error).__name__}: {error}"


def _survivors(decoded: Iterable[_Decoded], to_rows: Callable[[_Decoded], SpanRows]) -> RequestRows:
    spans: list[SpanRows] = []
    faults: list[str] = []
    for each in decoded:
        try:
            spans.append(to_rows(each))
        except Exception as error:  # noqa: BLE001 - a bug that one span meets must not cost the others
            faults.append(fault_of(error))
    return RequestRows(spans, faults)


_SpanWrites = tuple[Span, list[RowWrite] | None]


def _together(spans: Sequence[Span]) -> Iterator[_SpanWrites]:
    """Yield spans with what they write; with None where one of those beside has a fault, so that each is tried alone."""
    for begin in range(0, len(spans), translate.SPANS_TOGETHER):
        together = spans[begin : begin + translate.SPANS_TOGETHER]
        found: Sequence[list[RowWrite] | None] = [None] * len(together)
        with suppress(Exception):  # A bug that one span meets must not cost the others.
            found = translate.writes_of(together)
        yield from zip(together, found, strict=True)


def _span_rows(translated: _SpanWrites) -> SpanRows:
    span, writes = translated
    if writes is None:
        writes = translate.span_writes(span)
    return SpanRows(summary_of(span, writes[0].row) if writes else None, writes)


def _record_rows(record: LogRecord) -> SpanRows:
    return SpanRows(None, translate.record_writes(record))
