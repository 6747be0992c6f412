"""Requests for OTLP backends."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from google.protobuf.message import Message

from otel_bridge.contract.row import Row
from otel_bridge_collector.deliver.forwarded_requests import ForwardedRequests
from otel_bridge_collector.deliver.route import Router
from otel_bridge_collector.deliver.step import Keep, Sample, Step, is_sampled
from otel_bridge_collector.sinks.otlp_request import OtlpRequest
from otel_bridge_collector.spool.record import Record, Routing, Signal
from otel_bridge_collector.store.objects import Objects
from tests.support.masking import rules_of
from tests.support.otlp_request import TRACE_ID, log_record, logs, span, traces


@pytest.fixture
def router(tmp_path: Path) -> Iterator[Router]:
    objects = Objects(tmp_path / "objects.sqlite")
    yield Router(objects, default_parent="project_id:p")
    objects.close()


def forwarded(
    router: Router, signal: Signal, request: Message | bytes, *steps: Step
) -> Sequence[OtlpRequest]:
    payload = request if isinstance(request, bytes) else request.SerializeToString()
    routing = Routing(signal=signal, parent=None, xact=7, received_ns=0)
    record = Record(seq=3, routing=routing, payload=payload)
    return ForwardedRequests(router, {"traces": steps, "logs": steps}).prepare(record).writes


def named(*names: str) -> Keep:
    def condition(rows: Sequence[Row]) -> list[bool]:
        return [(row.get("span_attributes") or {}).get("name") in names for row in rows]

    return Keep(condition)


def test_the_bytes_are_those_that_came(router: Router) -> None:
    unknown_field = traces(span(1)).SerializeToString() + b"\xfa\x3f\x01x"

    assert forwarded(router, "traces", unknown_field) == [
        OtlpRequest(seq=3, signal="traces", body=unknown_field, items=1)
    ]


def test_rules_of_its_own_mask_what_is_sent(router: Router) -> None:
    requests = ForwardedRequests(router, {"traces": ()}, {"traces": rules_of("{patterns: [emails]}")})

    def sent(request: Message) -> bytes:
        routing = Routing(signal="traces", parent=None, xact=7, received_ns=0)
        record = Record(seq=3, routing=routing, payload=request.SerializeToString())
        return requests.prepare(record).writes[0].body

    assert sent(traces(span(1))) == traces(span(1)).SerializeToString()
    assert b"bob@x.example" not in sent(traces(span(1, attributes={"a": "bob@x.example"})))


def test_only_the_spans_that_get_through_are_sent(router: Router) -> None:
    request = traces(span(1, name="a"), span(2, name="b"), span(3, name="c"))

    (sent,) = forwarded(router, "traces", request, named("a", "c"))

    assert sent.body == traces(span(1, name="a"), span(3, name="c")).SerializeToString()


def test_a_request_of_which_nothing_gets_through_is_not_sent(router: Router) -> None:
    assert forwarded(router, "traces", traces(span(1)), named()) == []


def test_log_records_are_sampled_with_their_trace(router: Router) -> None:
    share = 0.5
    expected = 1 if is_sampled(TRACE_ID.hex(), share) else 0

    assert len(forwarded(router, "logs", logs(log_record()), Sample(share))) == expected


def test_rows_are_no_otlp(router: Router) -> None:
    assert forwarded(router, "rows", b"[]") == []
