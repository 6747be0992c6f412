"""The shares of the memory."""

import pytest

from otel_bridge_collector.config import budget

MIB = 1 << 20


@pytest.mark.parametrize("limit_mib", [budget.SMALLEST_LIMIT_MIB, 512, budget.DEFAULT_LIMIT_MIB, 1 << 20])
def test_the_parts_are_not_more_than_the_whole(limit_mib: int) -> None:
    bodies = budget.inflight_bytes(limit_mib)
    parsing = 2 * budget.messages(limit_mib) * budget.MESSAGE_BYTES

    assert budget.PROGRAM_MIB + budget.store_mb(limit_mib) + (bodies + parsing) // MIB <= limit_mib
    assert budget.waiting_bytes(limit_mib) <= bodies
    assert budget.chunk_bytes(limit_mib) <= budget.request_bytes(limit_mib) <= bodies


def test_with_much_memory_the_largest_request_is_what_others_take_too() -> None:
    assert budget.request_bytes(budget.DEFAULT_LIMIT_MIB) == 64 * MIB
    assert budget.messages(budget.DEFAULT_LIMIT_MIB) == 1_000_000


def test_the_smallest_limit_leaves_room_for_the_largest_batch_of_an_app() -> None:
    assert budget.request_bytes(budget.SMALLEST_LIMIT_MIB) >= 8 * MIB
