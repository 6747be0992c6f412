"""Requests to what is kept of them."""

from dataclasses import replace
from typing import Final

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from otel_bridge.contract.names import PARENT
from otel_bridge_collector.compiled import Library
from otel_bridge_collector.decode import protobuf
from otel_bridge_collector.decode.facts import facts_of
from otel_bridge_collector.decode.sender import senders_of
from otel_bridge_collector.errors import BodyTooLargeError, MalformedBodyError
from otel_bridge_collector.intake import Bounds, Encoding, Outcome, log_intake, trace_intake
from tests.support.compiled import WAYS
from tests.support.masking import rules_of
from tests.support.otlp_request import log_record, logs, span, to_json, traces

BOUNDS: Final = Bounds(max_messages=1000, parent_fault=None, rules=None)
BOTH: Final = pytest.mark.parametrize("compiled", WAYS)


@BOTH
def test_a_sound_request_keeps_its_bytes(compiled: Library | None) -> None:
    body = traces(span(), span(2)).SerializeToString()

    intake = trace_intake(body, Encoding.PROTOBUF, replace(BOUNDS, compiled=compiled))

    assert intake.payload is body
    assert intake.outcome == Outcome(accepted=2, rejected=0, reason="")
    assert intake.senders == senders_of(facts_of(protobuf.parse_traces(body)))


def test_json_is_kept_as_protobuf() -> None:
    request = logs(log_record())

    assert log_intake(to_json(request), Encoding.JSON, BOUNDS).payload == request.SerializeToString()


@BOTH
def test_a_broken_span_costs_itself_only(compiled: Library | None) -> None:
    intake = trace_intake(
        traces(span(), Span()).SerializeToString(), Encoding.PROTOBUF, replace(BOUNDS, compiled=compiled)
    )

    assert intake.payload == traces(span()).SerializeToString()
    assert (intake.outcome.accepted, intake.outcome.rejected, intake.outcome.total) == (1, 1, 2)
    assert intake.outcome.reason


def test_the_senders_of_log_records_are_not_told() -> None:
    assert log_intake(logs(log_record()).SerializeToString(), Encoding.PROTOBUF, BOUNDS).senders is None


@BOTH
def test_more_messages_than_may_be_are_not_parsed(compiled: Library | None) -> None:
    with pytest.raises(BodyTooLargeError):
        trace_intake(
            traces(span(), span()).SerializeToString(),
            Encoding.PROTOBUF,
            replace(BOUNDS, compiled=compiled, max_messages=2),
        )


@BOTH
def test_who_may_not_write_everywhere_is_asked_about_each_parent(compiled: Library | None) -> None:
    body = traces(span(), span(2, attributes={PARENT: "project_id:p"})).SerializeToString()

    intake = trace_intake(
        body,
        Encoding.PROTOBUF,
        replace(BOUNDS, compiled=compiled, parent_fault=lambda parent: f"not {parent}"),
    )

    assert intake.outcome == Outcome(accepted=1, rejected=1, reason="not project_id:p")


@BOTH
def test_what_is_masked_is_masked_before_it_is_kept(compiled: Library | None) -> None:
    body = traces(span(attributes={"key": "ada@example.com"})).SerializeToString()
    rules = rules_of("{patterns: [emails]}")

    assert (
        b"ada@"
        not in trace_intake(body, Encoding.PROTOBUF, replace(BOUNDS, compiled=compiled, rules=rules)).payload
    )


def test_what_is_no_request_is_an_error() -> None:
    with pytest.raises(MalformedBodyError):
        log_intake(b"{", Encoding.JSON, BOUNDS)
