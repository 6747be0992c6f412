"""Every span is counted once: delivered, dropped because the queue was full, or lost on the way."""

import logging
import os
import threading
import time

import pytest
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, LogRecordExportResult
from opentelemetry.sdk.trace.export import SpanExportResult

from otel_bridge.exporter.answer import Fault
from otel_bridge.exporter.refusal import HalvingLogExporter, HalvingSpanExporter, LastAnswer, Outcome
from otel_bridge.processor.bridge import BridgeSpanProcessor
from otel_bridge.processor.delivery import (
    PAUSE_S,
    CountedLogExporter,
    CountedSpanExporter,
    Counts,
    Delivery,
)
from otel_bridge.settings import Settings, base_endpoints
from tests.support.collector import Collector
from tests.support.spans import GatedExporter, ended_span, log_record


def test_a_full_queue_accepts_no_more_until_something_leaves() -> None:
    delivery = Delivery("spans", 2, object())

    assert [delivery.accept() for _ in range(3)] == [True, True, False]
    delivery.deliver(1, lambda: Outcome(1, 0))

    assert delivery.accept()
    assert delivery.counts == Counts(accepted=3, delivered=1, queue_full=1, failed=0)


def test_a_queue_that_is_full_of_bytes_accepts_no_more_until_some_are_released() -> None:
    delivery = Delivery("spans", 10, object(), queue_bytes=100)

    assert [delivery.accept(60), delivery.accept(60), delivery.accept(40)] == [True, False, True]
    delivery.release(60)

    assert delivery.accept(60)
    assert (delivery.waiting_bytes, delivery.counts.queue_full) == (100, 1)


def test_one_that_is_larger_than_the_queue_is_accepted_where_nothing_waits() -> None:
    delivery = Delivery("spans", 10, object(), queue_bytes=100)

    assert [delivery.accept(1_000), delivery.accept(1)] == [True, False]


def test_what_the_exporter_refuses_or_raises_is_lost() -> None:
    delivery = Delivery("spans", 10, object())
    inner = GatedExporter()
    exporter = CountedSpanExporter(HalvingSpanExporter(inner, LastAnswer()), delivery)
    for _ in range(3):
        delivery.accept()

    inner.result = SpanExportResult.FAILURE
    assert exporter.export([ended_span()]) is SpanExportResult.FAILURE
    inner.error = RuntimeError("x")
    assert exporter.export([ended_span(), ended_span()]) is SpanExportResult.FAILURE

    assert delivery.counts == Counts(accepted=3, delivered=0, queue_full=0, failed=3)


def test_an_outage_is_reported_when_it_begins_and_when_it_is_over(caplog: pytest.LogCaptureFixture) -> None:
    delivery = Delivery("spans", 3, object())
    for _ in range(4):
        delivery.accept()

    with caplog.at_level(logging.WARNING):
        delivery.deliver(1, lambda: Outcome(0, 0))
        delivery.deliver(1, lambda: Outcome(0, 0))
        delivery.deliver(1, lambda: Outcome(1, 0))
        delivery.accept()
        delivery.deliver(1, lambda: Outcome(1, 0))

    first, last = caplog.messages
    assert (first[:12], last[:12]) == ("2 spans lost", "1 spans lost")


def test_what_still_waits_at_the_end_is_lost_and_reported(caplog: pytest.LogCaptureFixture) -> None:
    delivery = Delivery("spans", 3, object())
    delivery.accept()

    with caplog.at_level(logging.WARNING):
        delivery.close()

    assert delivery.counts == Counts(accepted=1, failed=1)
    assert len(caplog.records) == 1


def test_a_report_says_where_and_what_to_do(caplog: pytest.LogCaptureFixture) -> None:
    delivery = Delivery("spans", 3, object(), "http://127.0.0.1:4318")
    delivery.accept()

    with caplog.at_level(logging.WARNING):
        delivery.close()

    (message,) = caplog.messages
    assert message.startswith("1 spans lost on the way to http://127.0.0.1:4318 (")
    assert "is the sidecar running? otel-bridge-collector serve" in message


def test_a_report_says_what_the_exporter_said_first(caplog: pytest.LogCaptureFixture) -> None:
    delivery = Delivery("spans", 3, object())
    exporter = logging.getLogger(object.__module__)

    def fail() -> Outcome:
        exporter.warning(
            "Transient error %s encountered while exporting spans batch, retrying in 1s.", "refused"
        )
        exporter.error("Failed to export spans batch due to timeout, max retries or shutdown.")
        return Outcome(0, 0)

    delivery.accept()
    with caplog.at_level(logging.WARNING):
        delivery.deliver(1, fail)

    (message,) = caplog.messages
    assert "0 of them refused each by itself): refused; is" in message


def test_after_the_end_nothing_is_accepted_or_counted() -> None:
    delivery = Delivery("spans", 3, object())
    delivery.accept()
    delivery.close()

    assert not delivery.accept()
    assert not delivery.deliver(1, lambda: Outcome(1, 0))

    assert delivery.counts == Counts(accepted=1, failed=1)


def test_an_end_without_losses_is_silent(caplog: pytest.LogCaptureFixture) -> None:
    delivery = Delivery("spans", 3, object())
    delivery.accept()
    delivery.deliver(1, lambda: Outcome(1, 0))

    delivery.close()

    assert caplog.records == []


def test_an_exporter_is_shut_down_once() -> None:
    inner = GatedExporter()
    exporter = CountedSpanExporter(HalvingSpanExporter(inner, LastAnswer()), Delivery("spans", 3, inner))

    exporter.shutdown()
    exporter.shutdown()

    assert inner.shutdowns == 1


def test_log_records_are_counted_too() -> None:
    delivery = Delivery("records", 3, object())
    inner = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]  # the SDK leaves it without annotations
    exporter = CountedLogExporter(HalvingLogExporter(inner, LastAnswer()), delivery)
    batch = [log_record()]
    for _ in range(2):
        delivery.accept()

    assert exporter.export(batch) is LogRecordExportResult.SUCCESS
    assert exporter.force_flush()
    exporter.shutdown()
    assert exporter.export(batch) is LogRecordExportResult.FAILURE
    assert delivery.counts == Counts(accepted=2, delivered=1, failed=1)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_counts_anew() -> None:
    delivery = Delivery("spans", 3, object())
    delivery.accept()

    if (child := os.fork()) == 0:
        os._exit(0 if delivery.counts == Counts() else 1)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_what_is_left_out_is_counted_by_its_reason() -> None:
    delivery = Delivery("spans", 3, object())

    delivery.leave_out(is_sampled=True)
    delivery.leave_out(is_sampled=False)
    delivery.leave_out(is_sampled=False)

    assert delivery.counts == Counts(filtered=1, unsampled=2)


def test_an_outage_is_waited_out_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    delivery = Delivery("spans", 3, object(), "http://127.0.0.1:4318")
    patience = delivery.patience(60_000)
    delivery.accept()

    assert patience
    with caplog.at_level(logging.WARNING):
        assert patience(Fault(503, "full"))
        assert patience(Fault(503, "full"))

    (message,) = caplog.messages
    assert message.startswith("spans wait for http://127.0.0.1:4318, which does not take them now")
    assert "after 60 s" in message
    assert "it answered 503: full; otel-bridge-collector doctor" in message
    assert delivery.counts == Counts(accepted=1)


def test_an_outage_that_lasts_too_long_is_waited_out_no_more_until_it_is_over() -> None:
    delivery = Delivery("spans", 3, object())
    patience = delivery.patience(1)
    for _ in range(3):
        delivery.accept()

    assert patience
    while patience(None):
        pass
    assert not patience(None)
    delivery.deliver(1, lambda: Outcome(1, 0))

    assert patience(None)


def test_what_is_lost_in_an_outage_at_the_end_is_told_with_its_reason(
    caplog: pytest.LogCaptureFixture,
) -> None:
    delivery = Delivery("spans", 3, object())
    patience = delivery.patience(1)
    delivery.accept()

    assert patience
    patience(Fault(503, "full"))
    with caplog.at_level(logging.WARNING):
        caplog.clear()
        delivery.close()

    (message,) = caplog.messages
    assert message.startswith("1 spans lost")
    assert "it answered 503: full; otel-bridge-collector doctor" in message


def test_no_time_is_no_patience() -> None:
    assert Delivery("spans", 3, object()).patience(0) is None


def test_the_end_ends_a_wait() -> None:
    delivery = Delivery("spans", 3, object())
    patience = delivery.patience(60_000)
    assert patience
    waits: list[bool] = []
    waiting = threading.Thread(target=lambda: waits.append(patience(None)))
    begin_s = time.monotonic()

    waiting.start()
    delivery.close()
    waiting.join(60)

    assert waits == [False]
    assert time.monotonic() - begin_s < PAUSE_S
    assert not patience(None)


def test_an_app_that_sends_to_the_port_of_grpc_is_told_the_other_one(
    shared_sidecar: Collector, caplog: pytest.LogCaptureFixture
) -> None:
    endpoints = base_endpoints("endpoint", f"http://{shared_sidecar.otlp_grpc}")
    processor = BridgeSpanProcessor(settings=Settings(endpoints=endpoints, retry_timeout_ms=0))

    processor.on_end(ended_span("a"))
    processor.shutdown()

    (message,) = caplog.messages
    assert "that port speaks no HTTP" in message
    assert "its port of OTLP over HTTP, 4318" in message
    assert message.isprintable()
