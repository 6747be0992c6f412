"""Whatever bytes come: what the compiled receiver calls sound, Python keeps whole, with the same account of its senders."""

from collections.abc import Sequence
from functools import cache
from random import Random
from typing import Final

from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from otel_bridge.contract.names import PARENT
from otel_bridge_collector.decode import protobuf
from otel_bridge_collector.decode.sender import senders_of
from otel_bridge_collector.decode.size import check_protobuf
from otel_bridge_collector.decode.sound import sound_senders
from otel_bridge_collector.decode.structure import check_traces
from tests.fuzz.bytes import mutated_bytes
from tests.fuzz.mutation import mutated
from tests.fuzz.recorded import recorded_requests
from tests.property.test_decode import REQUESTS
from tests.support.compiled import compiled_library

LIBRARY: Final = compiled_library()

MAX_MESSAGES: Final = st.sampled_from([2, 20, 200, 1_000_000])


@cache
def recorded() -> Sequence[ExportTraceServiceRequest]:
    return [request for request in recorded_requests() if isinstance(request, ExportTraceServiceRequest)]


def agree(body: bytes, max_messages: int, *, is_parent_asked: bool) -> bool:
    """See that both say the same where the compiled receiver says something; tell whether it does."""
    senders = sound_senders(LIBRARY, body, max_messages=max_messages, is_parent_asked=is_parent_asked)
    if senders is None:
        return False
    check_protobuf(body, ExportTraceServiceRequest.DESCRIPTOR, max_messages=max_messages)
    checked = check_traces(protobuf.parse_traces(body), (lambda _: "refused") if is_parent_asked else None)
    assert (checked.rejected, checked.accepted) == (0, sum(sender["spans"] for sender in senders))
    assert senders == senders_of(checked.facts)
    assert len(protobuf.spans_in(body)) == checked.accepted
    return True


@given(REQUESTS, MAX_MESSAGES, st.booleans())
def test_made_requests(request: ExportTraceServiceRequest, max_messages: int, is_parent_asked: bool) -> None:  # noqa: FBT001 - drawn
    agree(request.SerializeToString(), max_messages, is_parent_asked=is_parent_asked)


@given(REQUESTS)
def test_requests_that_python_keeps_whole_are_sound(request: ExportTraceServiceRequest) -> None:
    checked = check_traces(request)

    is_sound = agree(request.SerializeToString(), 1_000_000, is_parent_asked=False)

    assert is_sound is (checked.accepted > 0 and not checked.rejected)


@given(st.integers(0, 2**32), MAX_MESSAGES, st.booleans())
def test_recorded_requests_with_changes(seed: int, max_messages: int, is_parent_asked: bool) -> None:  # noqa: FBT001 - drawn
    chance = Random(seed)  # noqa: S311 - no secret
    body = mutated(chance.choice(recorded()), chance.choice(recorded()), chance)

    for _ in range(10):
        agree(body, max_messages, is_parent_asked=is_parent_asked)
        body = mutated_bytes(body, chance)


@given(st.binary(max_size=200))
def test_any_bytes(body: bytes) -> None:
    agree(body, 1_000_000, is_parent_asked=False)


@given(st.integers(0, 2**32))
def test_named_parents_are_never_passed_over(seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - no secret
    request = ExportTraceServiceRequest()
    request.CopyFrom(chance.choice(recorded()))
    spans = [each for group in request.resource_spans for scope in group.scope_spans for each in scope.spans]
    chance.choice(spans).attributes.add(key=PARENT).value.string_value = "project_id:p"

    assert not agree(request.SerializeToString(), 1_000_000, is_parent_asked=True)
