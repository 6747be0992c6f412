"""Parts of requests."""

import pytest
from google.protobuf.message import Message

from otel_bridge_collector.sinks.otlp_request import OtlpRequest, count, halves, only, parse
from tests.support.otlp_request import log_record, logs, span, traces

TRACES = OtlpRequest(seq=1, signal="traces", body=traces(span(1), span(2), span(3)).SerializeToString())
LOGS = OtlpRequest(seq=1, signal="logs", body=logs(log_record("a"), log_record("b")).SerializeToString())


@pytest.mark.parametrize(
    ("request_", "first", "second"),
    [
        pytest.param(TRACES, traces(span(1)), traces(span(2), span(3)), id="traces"),
        pytest.param(LOGS, logs(log_record("a")), logs(log_record("b")), id="logs"),
    ],
)
def test_two_halves_hold_everything_in_order(request_: OtlpRequest, first: Message, second: Message) -> None:
    two = halves(request_)

    assert two is not None
    assert [half.body for half in two] == [first.SerializeToString(), second.SerializeToString()]


def test_one_span_is_not_halved() -> None:
    assert halves(OtlpRequest(seq=1, signal="traces", body=traces(span(1)).SerializeToString())) is None


def test_nothing_that_is_wanted_is_no_request() -> None:
    assert only(parse(TRACES), [False] * count(parse(TRACES))) == b""
