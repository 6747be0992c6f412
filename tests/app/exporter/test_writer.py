"""What is written of spans is what OpenTelemetry's encoder says, message for message."""

import enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState

from otel_bridge.contract import names
from otel_bridge.exporter.writer import write_request


class Color(enum.StrEnum):
    RED = "red"


def context(*, is_remote: bool = False, state: TraceState | None = None) -> SpanContext:
    return SpanContext(2**127 + 5, 2**63 + 7, is_remote, TraceFlags(1), state)


def span(**arguments: Any) -> ReadableSpan:
    usual = {
        "name": "a",
        "context": context(),
        "resource": Resource({"service.name": "s"}),
        "instrumentation_scope": InstrumentationScope("t", "1"),
        "start_time": 1,
        "end_time": 2**63,
    }
    return ReadableSpan(**{**usual, **arguments})


def assert_same(*spans: ReadableSpan) -> None:
    written = ExportTraceServiceRequest.FromString(write_request(spans))
    assert written == encode_spans(spans)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"name": ""}, id="no name"),
        pytest.param({"name": "ü" * 5000}, id="a long name"),
        pytest.param({"parent": context()}, id="a parent"),
        pytest.param({"parent": context(is_remote=True)}, id="a remote parent"),
        pytest.param({"context": context(state=TraceState([("k", "v")]))}, id="a trace state"),
        pytest.param({"status": Status(StatusCode.ERROR, "b")}, id="an error"),
        pytest.param({"status": Status(StatusCode.OK)}, id="ok"),
        pytest.param({"events": [Event("e", {"k": 1}, 5)]}, id="an event"),
        pytest.param({"links": [Link(context(), {"k": 1})]}, id="a link"),
        pytest.param({"instrumentation_scope": None}, id="no scope"),
        pytest.param({"resource": Resource({"r": 1}, "https://schema")}, id="a schema"),
        pytest.param(
            {"instrumentation_scope": InstrumentationScope("t", schema_url="u")}, id="scope's schema"
        ),
        pytest.param({"start_time": None}, id="no start"),
        pytest.param({"end_time": None}, id="no end"),
        *[pytest.param({"kind": kind}, id=kind.name) for kind in SpanKind],
    ],
)
def test_a_span_is_written_as_opentelemetry_does(arguments: dict[str, Any]) -> None:
    assert_same(span(**arguments))


@pytest.mark.parametrize(
    "value",
    [
        "", "é", "a" * 127, "a" * 128, "a" * 5000, "a" * 2_100_000, "\ud800", Color.RED, True, False, 0, 127, 128, 4096, -1,
        2**63 - 1, -(2**63), 2**63, 0.0, -0.0, 1.5, float("inf"), b"b", None, ("a", "b"), [1, 2], (), {"k": [1]}, object(),
    ],
    ids=lambda value: f"{type(value).__name__} {value!r:.12}",
)  # fmt: skip
def test_a_value_is_written_as_opentelemetry_does(value: Any) -> None:
    assert_same(span(attributes={"before": 1, "key": value, "after": "x"}))


VALUES = st.one_of(st.text(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.tuples(st.text()))


@given(st.lists(st.tuples(st.text(), st.dictionaries(st.text(), VALUES), st.integers(0, 3)), max_size=6))
def test_requests_are_grouped_as_opentelemetry_does(drawn: list[tuple[str, dict[str, Any], int]]) -> None:
    resources = [Resource({"r": 1}), Resource({"r": 2})]
    scopes = [InstrumentationScope("a"), InstrumentationScope("b")]

    assert_same(
        *[
            span(
                name=name,
                attributes=attributes,
                resource=resources[place // 2],
                instrumentation_scope=scopes[place % 2],
            )
            for name, attributes, place in drawn
        ]
    )


@pytest.mark.parametrize("length", [*range(110, 131), *range(4060, 4110)])
def test_a_text_of_any_length_is_written_as_opentelemetry_does(length: int) -> None:
    assert_same(span(attributes={"key": "a" * length}))


def test_what_is_kept_of_attributes_that_are_said_often_is_of_the_same_type() -> None:
    for value in (1, True, 1.0, "1", ["1"], 1):
        assert_same(span(attributes={names.CODE_LINE_NUMBER: value}))
