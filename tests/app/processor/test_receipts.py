"""Each request says what became of all spans until then, through the whole pipeline."""

import os
from collections.abc import Sequence

import pytest
from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import Decision, Sampler, SamplingResult
from opentelemetry.trace import Link, SpanKind, TraceState
from opentelemetry.util.types import Attributes

from otel_bridge import BridgeSpanProcessor, set_masking_function
from otel_bridge.contract.receipt import RECEIPT_HEADER, UNDERSTOOD_HEADER, Receipt, parse_receipt
from otel_bridge.processor.delivery import Delivery
from otel_bridge.processor.receipts import Receipts
from otel_bridge.settings import Settings
from tests.support.otlp_receiver import OtlpReceiver


class RecordsOnly(Sampler):
    """Samples no span whose name says so, and records it all the same."""

    def should_sample(  # noqa: PLR0913, PLR0917 - the signature is that of the SDK
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        del parent_context, trace_id, kind, links, trace_state
        decision = Decision.RECORD_ONLY if name == "unsampled" else Decision.RECORD_AND_SAMPLE
        return SamplingResult(decision, attributes)

    def get_description(self) -> str:
        return "records"


def receipts(receiver: OtlpReceiver) -> list[Receipt]:
    said = [parse_receipt(headers.get(RECEIPT_HEADER)) for _, headers in receiver.requests]
    return [each for each in said if each]


@pytest.fixture
def keeps_account(receiver: OtlpReceiver) -> OtlpReceiver:
    receiver.answers_with = {UNDERSTOOD_HEADER: "1"}
    return receiver


def provider_with(processor: BridgeSpanProcessor) -> TracerProvider:
    provider = TracerProvider(shutdown_on_exit=False, sampler=RecordsOnly())
    provider.add_span_processor(processor)
    return provider


def end(provider: TracerProvider, *names: str) -> None:
    for name in names:
        provider.get_tracer("t").start_span(name).end()


def test_every_reason_is_told(keeps_account: OtlpReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BRIDGE_QUEUE_SIZE", "2")
    monkeypatch.setenv("OTEL_BRIDGE_SCHEDULE_DELAY_MS", "60000")
    processor = BridgeSpanProcessor(custom_filter=lambda span: span.name != "filtered")
    provider = provider_with(processor)

    end(provider, "unsampled", "filtered", "filtered", "a", "b", "c")
    processor.force_flush()

    (said,) = receipts(keeps_account)
    assert (said.pid, said.batch, said.spans, said.waiting) == (os.getpid(), 1, 2, 2)
    assert (said.ended, said.unsampled, said.filtered, said.queue_full, said.due) == (6, 1, 2, 1, 2)


def test_the_last_receipt_goes_by_itself(keeps_account: OtlpReceiver) -> None:
    processor = BridgeSpanProcessor()

    end(provider_with(processor), "a")
    processor.shutdown()

    first, last = receipts(keeps_account)
    assert (first.spans, first.is_last) == (1, False)
    assert (last.batch, last.spans, last.ended, last.waiting, last.is_last) == (2, 0, 1, 0, True)


def test_nobody_who_keeps_no_account_gets_a_request_without_spans(receiver: OtlpReceiver) -> None:
    processor = BridgeSpanProcessor()

    end(provider_with(processor), "a")
    processor.shutdown()

    assert [said.spans for said in receipts(receiver)] == [1]


def test_a_flush_tells_what_was_lost_since(keeps_account: OtlpReceiver) -> None:
    processor = BridgeSpanProcessor(custom_filter=lambda span: span.name != "filtered")
    provider = provider_with(processor)
    end(provider, "a")
    processor.force_flush()

    end(provider, "filtered")
    processor.force_flush()
    processor.force_flush()

    assert [(said.spans, said.filtered) for said in receipts(keeps_account)] == [(1, 0), (0, 1)]


def test_a_span_that_masking_failed_on_is_told(keeps_account: OtlpReceiver) -> None:
    def broken(value: object) -> object:
        raise KeyError(str(value))

    set_masking_function(broken)
    processor = BridgeSpanProcessor()

    provider_with(processor).get_tracer("t").start_span("a", attributes={"input.value": "secret"}).end()
    processor.shutdown()

    assert [said.masking_failed for said in receipts(keeps_account)] == [0, 1]


def test_receipts_can_be_switched_off(receiver: OtlpReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BRIDGE_RECEIPTS", "false")
    processor = BridgeSpanProcessor(settings=Settings.from_environment())

    end(provider_with(processor), "a")
    processor.shutdown()

    assert [RECEIPT_HEADER in headers for _, headers in receiver.requests] == [False]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_has_an_id_and_numbers_of_its_own() -> None:
    told = Receipts(Delivery("spans", 3, object()))
    first = parse_receipt(told.next(1))
    read, write = os.pipe()

    if (child := os.fork()) == 0:
        os.write(write, told.next(1).encode())
        os._exit(0)
    os.waitpid(child, 0)

    said = parse_receipt(os.read(read, 1_000).decode())
    assert first is not None
    assert said is not None
    assert (said.batch, said.pid) == (1, child)
    assert said.process != first.process


def test_what_its_receiver_has_rejected_is_not_told_to_it_again(keeps_account: OtlpReceiver) -> None:
    keeps_account.rejects = (1, "no such project")
    provider = provider_with(processor := BridgeSpanProcessor())

    end(provider, "a")
    provider.force_flush()
    end(provider, "b")
    provider.shutdown()

    assert processor.counts.failed == processor.counts.rejected == 2
    assert {(each.failed, each.refused) for each in receipts(keeps_account)} == {(0, 0)}
