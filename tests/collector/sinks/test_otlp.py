"""Forwarding, whatever the transport."""

import asyncio
from collections.abc import Sequence

import pytest

from otel_bridge_collector.errors import PermanentError, RefusedError, RetryableError
from otel_bridge_collector.sinks.base import Batch
from otel_bridge_collector.sinks.otlp import OtlpSink
from otel_bridge_collector.sinks.otlp_request import OtlpRequest, count, parse
from tests.support.otlp_request import span, traces


class Backend:
    """A transport that keeps what it is given; `poison` and `busy` are names of spans that it does not take."""

    def __init__(self, *, poison: str = "nobody", busy: str = "nobody", rejects: str = "") -> None:
        self.taken: list[OtlpRequest] = []
        self.poison, self.busy, self.rejects = poison.encode(), busy.encode(), rejects
        self.at_once = self.most_at_once = self.calls = 0

    async def export(self, request: OtlpRequest) -> str:
        self.calls += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        if self.busy in request.body:
            raise RetryableError("busy", retry_after_s=3)
        if self.poison in request.body:
            raise PermanentError("poison")
        self.taken.append(request)
        return self.rejects

    async def close(self) -> None:
        """Nothing to let go of."""

    def spans(self) -> int:
        return sum(count(parse(request)) for request in self.taken)


def request(seq: int, *names: str) -> OtlpRequest:
    spans = [span(number, name=name) for number, name in enumerate(names, 1)]
    return OtlpRequest(seq=seq, signal="traces", body=traces(*spans).SerializeToString())


def send(sink: OtlpSink, requests: Sequence[OtlpRequest]) -> None:
    asyncio.run(sink.send(Batch(writes=requests, next_seq=99)))


def test_requests_go_side_by_side_within_a_limit() -> None:
    backend = Backend()

    send(OtlpSink(backend), [request(seq, "a") for seq in range(20)])

    assert (backend.spans(), backend.most_at_once) == (20, 8)


def test_only_the_span_at_fault_stays_behind() -> None:
    backend = Backend(poison="bad")

    with pytest.raises(RefusedError) as caught:
        send(OtlpSink(backend), [request(1, "x"), request(2, *"abc", "bad", *"def")])

    assert backend.spans() == 7
    assert caught.value.reasons == {1: "poison"}


def test_what_was_taken_is_not_sent_again_when_the_rest_is_tried_again() -> None:
    backend = Backend(busy="late")
    sink, requests = OtlpSink(backend), [request(1, "a"), request(2, "late"), request(3, "c")]

    with pytest.raises(RetryableError) as caught:
        send(sink, requests)
    backend.busy = b"nobody"
    send(sink, requests)
    send(sink, requests[:1])

    assert caught.value.retry_after_s == 3
    assert [each.seq for each in backend.taken] == [1, 3, 2, 1]


def test_what_was_refused_is_told_once_the_rest_has_passed() -> None:
    backend = Backend(poison="bad", busy="late")
    sink, requests = OtlpSink(backend), [request(1, "bad"), request(2, "late")]

    with pytest.raises(RetryableError):
        send(sink, requests)
    backend.busy = b"nobody"
    with pytest.raises(RefusedError) as caught:
        send(sink, requests)

    assert caught.value.reasons == {0: "poison"}


def test_many_spans_at_fault_cost_no_others_of_their_request() -> None:
    backend = Backend(poison="bad")

    with pytest.raises(RefusedError):
        send(OtlpSink(backend), [request(1, *["good", "bad"] * 100)])

    assert backend.spans() == 100


def test_what_a_backend_rejects_of_a_request_that_it_took_is_told() -> None:
    with pytest.raises(RefusedError, match="2 of a request"):
        send(OtlpSink(Backend(rejects="2 of a request")), [request(1, "a")])


def test_a_backend_that_refuses_everything_is_not_asked_about_every_span() -> None:
    backend = Backend(poison="bad")

    with pytest.raises(RefusedError):
        send(OtlpSink(backend), [request(1, *["bad"] * 1000)])

    assert backend.calls < 200
