"""Ids that the app chose."""

import pytest
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

from otel_bridge.ids import ChosenIds, chosen_ids

SPAN_ID, TRACE_ID = "00000000000000ab", "000000000000000000000000000000CD"


def test_a_span_gets_the_ids_that_were_chosen() -> None:
    ids = ChosenIds(RandomIdGenerator())

    with chosen_ids(SPAN_ID, TRACE_ID):
        chosen = (ids.generate_span_id(), ids.generate_trace_id(), ids.is_trace_id_random())

    assert chosen == (0xAB, 0xCD, False)


def test_ids_are_random_where_none_are_chosen() -> None:
    ids = ChosenIds(RandomIdGenerator())

    with chosen_ids(SPAN_ID, None):
        trace_id = ids.generate_trace_id()

    assert trace_id != 0xCD
    assert ids.generate_span_id() != 0xAB
    assert ids.is_trace_id_random()


@pytest.mark.parametrize("span_id", ["abc", "0" * 16, "g" * 16, "0" * 15 + "\u0661"])
def test_an_id_that_opentelemetry_does_not_have_raises(span_id: str) -> None:
    with pytest.raises(ValueError, match="16 hex digits"), chosen_ids(span_id, None):
        pass
