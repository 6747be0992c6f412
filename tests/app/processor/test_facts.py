"""The pipeline of feedback and updates."""

import time
from dataclasses import replace

import pytest
from opentelemetry.sdk.resources import Resource
from opentelemetry.trace import SpanContext, TraceFlags

from otel_bridge import set_masking_function, start_span
from otel_bridge.processor.delivery import Counts
from otel_bridge.processor.facts import FactSender
from otel_bridge.settings import Endpoints, Settings
from tests.support.otlp_receiver import OtlpReceiver

SPAN = SpanContext(1, 2, is_remote=False, trace_flags=TraceFlags(1))


@pytest.fixture
def sender(receiver: OtlpReceiver) -> FactSender:
    assert receiver.url
    return FactSender(Settings.from_environment(), Resource({"service.name": "s"}))


def test_a_fact_names_its_span(receiver: OtlpReceiver, sender: FactSender) -> None:
    sender.send("e", {"a": 1}, SPAN)
    sender.force_flush()

    (record,) = receiver.raw_records
    assert (record.event_name, record.trace_id.hex()[-1], record.span_id.hex()[-1]) == ("e", "1", "2")
    assert receiver.records == [("e", {"a": 1})]
    assert sender.counts == Counts(accepted=1, delivered=1)


def test_a_fact_about_an_unknown_span_names_none_though_one_is_current(
    receiver: OtlpReceiver, sender: FactSender, app: object
) -> None:
    assert app is not None
    with start_span("current"):
        sender.send("e", {"a": 1}, None)
    sender.force_flush()

    (record,) = receiver.raw_records
    assert (record.trace_id, record.span_id) == (b"", b"") or set(record.trace_id) == {0}


def test_facts_are_masked(receiver: OtlpReceiver, sender: FactSender) -> None:
    set_masking_function(lambda _: "M")
    sender.send("e", {"braintrust.feedback.comment": "secret"}, None)
    sender.force_flush()

    ((_, attributes),) = receiver.records
    assert attributes["braintrust.feedback.comment"] == "M"


def test_a_full_queue_drops_and_counts(receiver: OtlpReceiver) -> None:
    sender = FactSender(replace(Settings.from_environment(), queue_size=2), Resource({}))
    receiver.status = 400
    for _ in range(5):
        sender.send("e", {"a": 1}, None)
    sender.shutdown()

    counts = sender.counts
    assert counts.accepted + counts.queue_full == 5
    assert counts.failed == counts.accepted


def test_with_the_sdk_disabled_nothing_is_sent_and_nothing_counts_as_lost(
    receiver: OtlpReceiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    sender = FactSender(Settings.from_environment(), Resource({}))

    sender.send("e", {"a": 1}, None)
    sender.shutdown()

    assert receiver.raw_records == []
    assert sender.counts == Counts()
    assert "lost" not in caplog.text


def test_shutdown_is_bounded_and_final() -> None:
    endpoints = Endpoints(traces="http://127.0.0.1:9/t", logs="http://127.0.0.1:9/l")
    sender = FactSender(Settings(endpoints=endpoints, shutdown_timeout_ms=100), Resource({}))
    sender.send("e", {"a": 1}, None)
    begin = time.monotonic()

    sender.shutdown()
    sender.shutdown()
    sender.send("e", {"a": 1}, None)

    assert time.monotonic() - begin < 8
    assert not sender.force_flush()
    assert sender.counts == Counts(accepted=1, failed=1)


def test_feedback_that_is_refused_is_lost_alone(receiver: OtlpReceiver) -> None:
    receiver.poison = b"poison"
    sender = FactSender(Settings.from_environment(), Resource({}))

    for number in range(8):
        sender.send("braintrust.feedback", {"text": "poison" if number == 3 else "fine"}, None)
    sender.force_flush()

    assert (sender.counts.delivered, sender.counts.failed, sender.counts.refused) == (7, 1, 1)
    assert len(receiver.records) == 7
