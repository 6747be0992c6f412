"""A refused batch is sent again in halves, so that only what is refused alone is lost."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from otel_bridge.exporter.otlp import build_span_exporter
from otel_bridge.exporter.refusal import MAX_REFUSED_IN_A_ROW
from otel_bridge.settings import Settings
from tests.support.otlp_receiver import OtlpReceiver, otlp_receiver
from tests.support.spans import ended_span

POISON = "poison"


@pytest.mark.parametrize("status", [400, 413, 422])
@pytest.mark.parametrize("at", [0, 3, 8])
def test_only_the_poison_span_is_lost(receiver: OtlpReceiver, status: int, at: int) -> None:
    receiver.poison, receiver.poison_status = POISON.encode(), status
    names = [str(number) for number in range(9)]
    exporter = build_span_exporter(Settings.from_environment())

    sent = exporter.send([ended_span(name) for name in [*names[:at], POISON, *names[at:]]])

    assert sent == (9, 1)
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

    assert sent == (2, 1)
    assert [span.name for span in receiver.raw_spans] == ["a", "c"]


def test_a_body_that_is_too_large_goes_in_parts(receiver: OtlpReceiver) -> None:
    receiver.max_body_bytes = 2_500
    spans = [ended_span(str(number), attributes={"a": "x" * 1_000}) for number in range(20)]

    assert build_span_exporter(Settings.from_environment()).send(spans) == (20, 0)
    assert [span.name for span in receiver.raw_spans] == [span.name for span in spans]


def test_a_receiver_that_refuses_everything_is_given_up(receiver: OtlpReceiver) -> None:
    receiver.status = 400
    spans = [ended_span(str(number)) for number in range(512)]

    delivered, refused = build_span_exporter(Settings.from_environment()).send(spans)

    assert delivered == 0
    assert refused < len(spans)
    assert len(receiver.requests) == MAX_REFUSED_IN_A_ROW


@pytest.mark.parametrize("status", [401, 404])
def test_an_answer_that_does_not_speak_of_the_body_is_final(receiver: OtlpReceiver, status: int) -> None:
    receiver.status = status

    assert build_span_exporter(Settings.from_environment()).send([ended_span("a"), ended_span("b")]) == (0, 0)
    assert len(receiver.requests) == 1


def test_a_receiver_that_is_away_after_a_refusal_is_not_asked_again() -> None:
    with otlp_receiver() as receiver:
        receiver.status = 413
        endpoints = replace(Settings().endpoints, traces=f"{receiver.url}/v1/traces")
        exporter = build_span_exporter(Settings(endpoints=endpoints))
        assert exporter.send([ended_span()]) == (0, 1)
    exporter.shutdown()

    assert exporter.send([ended_span(), ended_span()]) == (0, 0)
