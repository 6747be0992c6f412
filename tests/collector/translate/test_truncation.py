"""Attributes that a length limit has cut, in rows."""

import json
from typing import Final

import pytest
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.decode import protobuf
from otel_bridge_collector.translate import record_writes, translate
from otel_bridge_collector.translate.truncation import TRUNCATED
from tests.support.otlp import make_event, make_record, make_span

MESSAGES: Final = json.dumps([{"role": "user", "content": "Why is the sky blue?"}, {"role": "assistant"}])
CUT: Final = MESSAGES[:41]
READ: Final = [{"role": "user", "content": "Why is the "}]


def metadata(row: Row) -> Json:
    return row.get("metadata")


@pytest.mark.parametrize(
    "attribute",
    ["braintrust.input_json", "gen_ai.input.messages", "gen_ai.prompt_json", "llm.input_messages"],
)
def test_a_cut_attribute_fills_its_field_as_far_as_it_goes(attribute: str) -> None:
    row = translate(make_span({attribute: CUT}))

    assert row.get("input") == READ
    assert metadata(row) == {TRUNCATED: {attribute: ""}}


def test_a_row_says_what_could_not_be_read() -> None:
    row = translate(make_span({"braintrust.metrics": '{"first": 1, "second": 12'}))

    assert (row.get("metrics") or {})["first"] == 1
    assert metadata(row) == {TRUNCATED: {"braintrust.metrics": ', "second": 12'}}


def test_a_cut_attribute_that_nobody_reads_stays_as_it_was_received() -> None:
    row = translate(make_span({"app.state": '{"step": "second", "do'}))

    assert metadata(row) == {"app.state": '{"step": "second", "do', TRUNCATED: {"app.state": ', "do'}}


def test_items_of_a_list_are_cut_one_by_one() -> None:
    tools: list[Json] = [
        '{"type": "function", "name": "weather", "descri',
        '{"type": "function", "name": "time"}',
    ]

    row = translate(make_span({"ai.operationId": "ai.generateText.doGenerate", "ai.prompt.tools": tools}))

    assert (row.get("metadata") or {})["tools"] == [
        {"type": "function", "function": {"name": "weather"}},
        {"type": "function", "function": {"name": "time"}},
    ]
    assert (row.get("metadata") or {})[TRUNCATED] == {"ai.prompt.tools.0": ', "descri'}


def test_events_of_a_span_are_cut_too() -> None:
    choice = make_event("gen_ai.choice", {"message": '{"content": "Because of Ray'})

    row = translate(make_span({"gen_ai.operation.name": "chat"}, events=[choice]))

    assert row.get("output") == [{"role": "assistant", "content": "Because of Ray"}]
    assert metadata(row) == {TRUNCATED: {"gen_ai.choice.message": ""}}


def test_content_that_arrives_in_a_log_record_is_cut_too() -> None:
    record = make_record("gen_ai.client.inference.operation.details", {"gen_ai.input.messages": CUT})

    _, fact = record_writes(record)

    assert fact.row.get("input") == READ
    assert metadata(fact.row) == {TRUNCATED: {"gen_ai.input.messages": ""}}


def test_a_row_without_cuts_says_nothing_of_them() -> None:
    row = translate(make_span({"gen_ai.input.messages": MESSAGES}))

    assert "metadata" not in row


def test_what_the_sdk_s_limit_cuts_is_read() -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(
        span_limits=SpanLimits(max_span_attribute_length=len(CUT)), shutdown_on_exit=False
    )
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    provider.get_tracer("t").start_span("chat", attributes={"gen_ai.input.messages": MESSAGES}).end()

    (span,) = protobuf.spans(encode_spans(exporter.get_finished_spans()))

    assert translate(span).get("input") == READ


def test_a_span_that_lost_attributes_says_how_many() -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(span_limits=SpanLimits(max_span_attributes=2), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    provider.get_tracer("t").start_span("chat", attributes={"a": 1, "b": 2, "c": 3}).end()

    (span,) = protobuf.spans(encode_spans(exporter.get_finished_spans()))
    otel = (translate(span).get("context") or {})["otel"]

    assert isinstance(otel, dict)
    assert otel["dropped_attributes"] == 1
