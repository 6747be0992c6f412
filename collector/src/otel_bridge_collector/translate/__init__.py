"""Spans and log records to rows; does no I/O.

Each convention reads a span on its own (`conventions`); `merge` decides between them; `row` adds what every span has.
"""

from otel_bridge_collector.translate.log_record import record_writes
from otel_bridge_collector.translate.native import native_write
from otel_bridge_collector.translate.nested_calls import NestedCalls
from otel_bridge_collector.translate.span import (
    CONVENTIONS,
    SPANS_TOGETHER,
    span_writes,
    translate,
    writes_of,
)
from otel_bridge_collector.translate.span_summary import SpanSummary, summary_of

__all__ = [
    "CONVENTIONS",
    "SPANS_TOGETHER",
    "NestedCalls",
    "SpanSummary",
    "native_write",
    "record_writes",
    "span_writes",
    "summary_of",
    "translate",
    "writes_of",
]
