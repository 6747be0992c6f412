"""Spans leave in the requests that we write, and by OpenTelemetry where they cannot."""

import logging

import pytest
from opentelemetry.exporter.otlp.proto.http import trace_exporter
from opentelemetry.sdk.trace.export import SpanExportResult

from otel_bridge.exporter import written
from otel_bridge.exporter.otlp import build_span_exporter
from otel_bridge.settings import Endpoints, Settings
from tests.support.otlp_receiver import OtlpReceiver
from tests.support.spans import ended_span


def settings(receiver: OtlpReceiver) -> Settings:
    return Settings(endpoints=Endpoints(traces=f"{receiver.url}/otel/v1/traces", logs="", takes_key=True))


def refuse(*_: object) -> None:
    raise ValueError("not here")


def test_requests_are_written_without_the_encoder_of_the_exporter(
    receiver: OtlpReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trace_exporter, "encode_spans", refuse)

    assert build_span_exporter(settings(receiver)).export([ended_span("w")]) is SpanExportResult.SUCCESS
    assert len(receiver.requests) == 1


def test_what_cannot_be_written_is_left_to_opentelemetry(
    receiver: OtlpReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(written, "write_request", refuse)

    assert build_span_exporter(settings(receiver)).export([ended_span("w")]) is SpanExportResult.SUCCESS
    assert len(receiver.requests) == 1


def test_complaints_come_by_the_logger_of_opentelemetry(receiver: OtlpReceiver) -> None:
    inner = build_span_exporter(settings(receiver)).inner

    assert type(inner).__module__ == trace_exporter.__name__
    assert logging.getLogger(type(inner).__module__) is logging.getLogger(trace_exporter.__name__)
