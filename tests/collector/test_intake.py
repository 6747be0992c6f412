"""Requests to what is kept of them."""

from typing import Final

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from otel_bridge_collector.errors import BodyTooLargeError, MalformedBodyError
from otel_bridge_collector.intake import Bounds, Encoding, Outcome, log_intake, trace_intake
from tests.support.otlp_request import log_record, logs, span, to_json, traces

BOUNDS: Final = Bounds(max_messages=1000, parent_fault=None, rules=None)


def test_a_sound_request_keeps_its_bytes() -> None:
    body = traces(span()).SerializeToString()

    intake = trace_intake(body, Encoding.PROTOBUF, BOUNDS)

    assert intake.payload == body
    assert intake.outcome == Outcome(accepted=1, rejected=0, reason="")


def test_json_is_kept_as_protobuf() -> None:
    request = logs(log_record())

    assert log_intake(to_json(request), Encoding.JSON, BOUNDS).payload == request.SerializeToString()


def test_a_broken_span_costs_itself_only() -> None:
    intake = trace_intake(traces(span(), Span()).SerializeToString(), Encoding.PROTOBUF, BOUNDS)

    assert intake.payload == traces(span()).SerializeToString()
    assert (intake.outcome.accepted, intake.outcome.rejected, intake.outcome.total) == (1, 1, 2)
    assert intake.outcome.reason


def test_the_senders_of_spans_are_told() -> None:
    assert trace_intake(traces(span()).SerializeToString(), Encoding.PROTOBUF, BOUNDS).senders
    assert log_intake(logs(log_record()).SerializeToString(), Encoding.PROTOBUF, BOUNDS).senders is None


def test_more_messages_than_may_be_are_not_parsed() -> None:
    bounds = Bounds(max_messages=2, parent_fault=None, rules=None)

    with pytest.raises(BodyTooLargeError):
        trace_intake(traces(span(), span()).SerializeToString(), Encoding.PROTOBUF, bounds)


def test_what_is_no_request_is_an_error() -> None:
    with pytest.raises(MalformedBodyError):
        log_intake(b"{", Encoding.JSON, BOUNDS)
