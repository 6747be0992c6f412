"""A refused batch is sent again in halves, so that only what is refused alone is lost."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from otel_bridge.contract.receipt import RECEIPT_HEADER
from otel_bridge.exporter.answer import Fault
from otel_bridge.exporter.otlp import build_log_exporter, build_span_exporter
from otel_bridge.exporter.refusal import MAX_REFUSED_IN_A_ROW, Outcome
from otel_bridge.settings import Settings
from tests.support.otlp_receiver import OtlpReceiver, otlp_receiver
from tests.support.spans import ended_span, log_record

POISON = "poison"


@pytest.mark.parametrize("status", [400, 413, 422])
@pytest.mark.parametrize("at", [0, 3, 8])
def test_only_the_poison_span_is_lost(receiver: OtlpReceiver, status: int, at: int) -> None:
    receiver.poison, receiver.poison_status = POISON.encode(), status
    names = [str(number) for number in range(9)]
    exporter = build_span_exporter(Settings.from_environment())

    sent = exporter.send([ended_span(name) for name in [*names[:at], POISON, *names[at:]]])

    assert sent == Outcome(9, 1)
    assert [span.name for span in receiver.raw_spans] == names


@pytest.mark.parametrize(
    "unsayable",
    [
        pytest.param({"start_time": -1}, id="a time before 1970"),
        pytest.param({"start_time": 1 << 64}, id="a time after 2554"),
    ],
)
def test_a_span_that_otlp_cannot_carry_costs_no_other(
    receiver: OtlpReceiver, unsayable: Mapping[str, Any]
) -> None:
    spans = [ended_span("a"), ended_span("b", **unsayable), ended_span("c")]

    sent = build_span_exporter(Settings.from_environment()).send(spans)

    assert sent == Outcome(2, 1)
    assert [span.name for span in receiver.raw_spans] == ["a", "c"]


def test_a_body_that_is_too_large_goes_in_parts(receiver: OtlpReceiver) -> None:
    receiver.max_body_bytes = 2_500
    spans = [ended_span(str(number), attributes={"a": "x" * 1_000}) for number in range(20)]

    assert build_span_exporter(Settings.from_environment()).send(spans) == Outcome(20, 0)
    assert [span.name for span in receiver.raw_spans] == [span.name for span in spans]


def test_a_receiver_that_refuses_everything_is_given_up(receiver: OtlpReceiver) -> None:
    receiver.status = 400
    spans = [ended_span(str(number)) for number in range(512)]

    delivered, refused, _ = build_span_exporter(Settings.from_environment()).send(spans)

    assert delivered == 0
    assert refused < len(spans)
    assert len(receiver.requests) == MAX_REFUSED_IN_A_ROW


@pytest.mark.parametrize("status", [401, 404])
def test_an_answer_that_does_not_speak_of_the_body_is_final(receiver: OtlpReceiver, status: int) -> None:
    receiver.status = status

    assert build_span_exporter(Settings.from_environment()).send(
        [ended_span("a"), ended_span("b")]
    ) == Outcome(0, 0)
    assert len(receiver.requests) == 1


def test_a_receiver_that_is_away_after_a_refusal_is_not_asked_again() -> None:
    with otlp_receiver() as receiver:
        receiver.status = 413
        endpoints = replace(Settings().endpoints, traces=f"{receiver.url}/v1/traces")
        exporter = build_span_exporter(Settings(endpoints=endpoints))
        assert exporter.send([ended_span()]) == Outcome(0, 1)
    exporter.shutdown()

    assert exporter.send([ended_span(), ended_span()]) == Outcome(0, 0)


def test_what_a_receiver_left_out_of_a_request_is_not_delivered(receiver: OtlpReceiver) -> None:
    receiver.rejects = (1, "no such project")
    exporter = build_span_exporter(Settings.from_environment())
    taken: list[object] = []

    assert exporter.send([ended_span("a"), ended_span("b")], taken.extend) == Outcome(1, 1, 1)
    assert exporter.answer.fault == Fault(200, "no such project", 1)
    assert taken == []
    receiver.rejects = (0, "")
    assert exporter.send([ended_span("c")], taken.extend) == Outcome(1, 0)


def test_log_records_that_were_left_out_are_not_delivered_either(receiver: OtlpReceiver) -> None:
    receiver.rejects = (1, "no such project")

    assert build_log_exporter(Settings.from_environment()).send([log_record()]) == Outcome(0, 1, 1)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_receiver_that_cannot_take_it_now_gets_the_same_request_again(
    receiver: OtlpReceiver, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.1")
    receiver.status = status
    exporter = build_span_exporter(Settings.from_environment())
    exporter.receipts = Numbers()
    asked: list[int | None] = []

    def patience(fault: Fault | None) -> bool:
        asked.append(fault.status if fault else None)
        receiver.status = 200 if len(asked) > 1 else status
        return True

    exporter.patience = patience

    assert exporter.send([ended_span("a"), ended_span("b")]) == Outcome(2, 0)
    assert asked == [status, status]
    assert {headers[RECEIPT_HEADER] for _, headers in receiver.requests} == {"1"}


def test_a_receiver_that_nobody_waits_for_costs_the_batch(
    receiver: OtlpReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.1")
    receiver.status = 503
    exporter = build_span_exporter(Settings.from_environment())
    exporter.patience = lambda _: False

    assert exporter.send([ended_span()]) == Outcome(0, 0)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
def test_an_answer_that_will_not_change_is_not_waited_for(receiver: OtlpReceiver, status: int) -> None:
    receiver.status = status
    exporter = build_span_exporter(Settings.from_environment())
    asked: list[Fault | None] = []

    def patience(fault: Fault | None) -> bool:
        asked.append(fault)
        return False

    exporter.patience = patience

    assert exporter.send([ended_span()]).delivered == 0
    assert asked == []


class Numbers:
    """Receipts that are numbers and nothing else."""

    has_news = False

    def __init__(self) -> None:
        self._number = 0

    def next(self, spans: int) -> str:
        del spans
        self._number += 1
        return str(self._number)

    def end(self) -> bool:
        return False
