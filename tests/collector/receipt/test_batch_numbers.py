"""A set of numbers as ranges."""

from hypothesis import given
from hypothesis import strategies as st

from otel_bridge_collector.receipt.batch_numbers import MAX_RANGES, BatchNumbers


@given(st.lists(st.integers(1, 60)))
def test_it_is_the_set_of_what_was_added(numbers: list[int]) -> None:
    seen: set[int] = set()
    found = BatchNumbers()

    for number in numbers:
        assert found.add(number) is (number not in seen)
        seen.add(number)
        found = BatchNumbers(found.ranges)

    assert [number for number in range(62) if number in found] == sorted(seen)
    assert len(found) == len(seen)


@given(st.sets(st.integers(1, 60)))
def test_ranges_are_as_few_as_can_be(numbers: set[int]) -> None:
    found = BatchNumbers()
    for number in numbers:
        found.add(number)

    assert all(
        last + 1 < first for (_, last), (first, _) in zip(found.ranges, found.ranges[1:], strict=False)
    )


def test_old_gaps_are_given_up_beyond_the_limit() -> None:
    found = BatchNumbers()

    for number in range(1, 2 * MAX_RANGES + 2, 2):
        found.add(number)

    assert len(found.ranges) == MAX_RANGES
    assert found.ranges[0] == (1, 3)
