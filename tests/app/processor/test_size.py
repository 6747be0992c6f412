"""Requests that stay below a size, and spans that are lost alone when they cannot."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from opentelemetry._logs import LogRecord
from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk._logs import LoggerProvider, ReadableLogRecord
from opentelemetry.sdk._logs.export import (
    InMemoryLogRecordExporter,
    LogRecordExportResult,
    SimpleLogRecordProcessor,
)
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.trace import Link, SpanContext, Status, StatusCode, TraceFlags

from otel_bridge import BridgeSpanProcessor, init_logger, set_masking_function
from otel_bridge.attributes.to_json import json_bytes
from otel_bridge.processor.delivery import Counts
from otel_bridge.processor.size import (
    SizedLogExporter,
    SizedSpanExporter,
    parts,
    record_bytes,
    span_bytes,
)
from otel_bridge.settings import Settings
from tests.support.otlp_receiver import OtlpReceiver
from tests.support.spans import GatedExporter, ended_span


def records_of(*attributes: Mapping[str, Any]) -> tuple[ReadableLogRecord, ...]:
    seen = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]  # the SDK leaves it without annotations
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(SimpleLogRecordProcessor(seen))
    for one in attributes:
        provider.get_logger("t").emit(LogRecord(attributes=one, event_name="braintrust.feedback"))
    return tuple(seen.get_finished_logs())


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([4, 6], [[4, 6]], id="all in one"),
        pytest.param([4, 6, 1], [[4, 6], [1]], id="one too many"),
        pytest.param([1, 99, 2, 3], [[1], [99], [2, 3]], id="one that is too large"),
        pytest.param([99], [[99]], id="only one that is too large"),
    ],
)
def test_a_batch_is_cut_in_order_where_the_next_does_not_fit(
    sizes: list[int], expected: list[list[int]]
) -> None:
    assert list(parts(sizes, lambda size: size, 10)) == expected


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param({}, id="none"),
        pytest.param({"a": 1, "b": 1.5, "c": True}, id="numbers"),
        pytest.param({"braintrust.input_json": "x" * 100_000}, id="ascii"),
        pytest.param({"braintrust.input_json": "ä" * 100_000}, id="two bytes each"),
        pytest.param({"braintrust.input_json": "\U0001f600" * 100_000}, id="four bytes each"),
        pytest.param({"list": ["abc"] * 1_000, "numbers": [1] * 1_000}, id="sequences"),
        pytest.param({"k" * 300: b"\xff" * 300}, id="bytes"),
        pytest.param({str(number): "" for number in range(100)}, id="many"),
    ],
)
def test_the_estimate_is_never_below_what_is_sent(attributes: dict[str, Any]) -> None:
    span, empty = ended_span("näme", attributes=attributes), ended_span()
    (record,) = records_of(attributes)

    # The resource and the scope, which each request says once, are not part of the estimate.
    once = encode_spans([empty]).ByteSize()

    assert span_bytes(span) >= encode_spans([span]).ByteSize() - once
    assert record_bytes(record) >= encode_logs([record]).ByteSize() - once


def test_events_links_and_the_status_count() -> None:
    linked = Link(SpanContext(1, 2, is_remote=False, trace_flags=TraceFlags(1)), {"a": "x" * 1_000})
    provider = TracerProvider(shutdown_on_exit=False)
    span = provider.get_tracer("t").start_span("a", links=[linked])
    span.add_event("e", {"a": "x" * 2_000})
    span.set_status(Status(StatusCode.ERROR, "x" * 4_000))
    span.end()

    assert span_bytes(span) > 7_000  # type: ignore[arg-type]  # a span of the SDK can be read


def test_every_part_is_exported_though_one_fails() -> None:
    inner = GatedExporter()
    inner.result = SpanExportResult.FAILURE
    exporter = SizedSpanExporter(inner, 1)

    assert exporter.export([ended_span("a"), ended_span("b")]) is SpanExportResult.FAILURE
    exporter.force_flush()
    exporter.shutdown()

    assert [[span.name for span in batch] for batch in inner.batches] == [["a"], ["b"]]
    assert inner.shutdowns == 1


def test_log_records_are_split_too() -> None:
    inner = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]  # the SDK leaves it without annotations
    exporter = SizedLogExporter(inner, 1)
    records = records_of({"a": 1}, {"b": 2})

    assert exporter.export(records) is LogRecordExportResult.SUCCESS
    assert exporter.force_flush()
    exporter.shutdown()

    assert inner.get_finished_logs() == records
    assert exporter.export(records) is LogRecordExportResult.FAILURE


def test_a_burst_of_large_rows_arrives_in_requests_below_the_limit(receiver: OtlpReceiver) -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    logger = init_logger(project="p", tracer_provider=provider)
    for _ in range(60):
        logger.log(input="x" * 400_000)
    provider.force_flush()

    sizes = [int(headers["content-length"]) for _, headers in receiver.requests]
    assert len(receiver.raw_spans) == 60
    assert max(sizes) <= Settings().batch_bytes < sum(sizes)


def test_a_span_that_does_not_fit_is_lost_alone(
    receiver: OtlpReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.max_body_bytes = 100_000
    settings = replace(Settings.from_environment(), batch_bytes=50_000)
    processor = BridgeSpanProcessor(settings=settings)
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(processor)
    tracer = provider.get_tracer("t")

    with caplog.at_level(logging.WARNING):
        for number in range(10):
            size = 200_000 if number == 5 else 10
            tracer.start_span(str(number), attributes={"a": "x" * size}).end()
        provider.force_flush()

    assert processor.counts == Counts(accepted=10, delivered=9, failed=1, refused=1)
    assert "5" not in receiver.spans


def test_what_counts_is_the_size_after_masking(receiver: OtlpReceiver) -> None:
    set_masking_function(lambda _: "M")
    processor = BridgeSpanProcessor(settings=replace(Settings.from_environment(), batch_bytes=50_000))
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(processor)
    for _ in range(5):
        provider.get_tracer("t").start_span("a", attributes={"a": "x" * 40_000}).end()
    provider.force_flush()

    assert len(receiver.requests) == 1


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("x" * 1_000, id="text"),
        pytest.param({"a": {"b": ["x" * 1_000]}}, id="nested"),
        pytest.param(["x"] * 1_000, id="many"),
    ],
)
def test_what_a_row_takes_in_memory_is_not_far_from_its_texts(value: Any) -> None:
    assert 1_000 <= json_bytes({"input": value}) < 30_000
