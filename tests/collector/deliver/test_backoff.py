"""Waits between tries."""

import pytest

from otel_bridge_collector.deliver.backoff import Backoff


def waits(backoff: Backoff, count: int) -> list[float]:
    return [backoff.failed(retry_after_s=None) for _ in range(count)]


def test_waits_double_up_to_a_limit() -> None:
    assert waits(Backoff(chance=lambda: 1), 11) == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30]


def test_chance_shortens_a_wait_to_no_less_than_half() -> None:
    assert waits(Backoff(chance=lambda: 0), 3) == [0.05, 0.1, 0.2]


def test_a_success_begins_again_with_short_waits() -> None:
    backoff = Backoff(chance=lambda: 1)
    waits(backoff, 5)

    backoff.succeeded()

    assert waits(backoff, 1) == [0.1]


@pytest.mark.parametrize(
    ("asked_s", "wait_s"), [pytest.param(7.0, 7.0, id="longer"), pytest.param(0.01, 0.1, id="shorter")]
)
def test_a_wait_is_never_shorter_than_the_other_side_asked(asked_s: float, wait_s: float) -> None:
    assert Backoff(chance=lambda: 1).failed(retry_after_s=asked_s) == wait_s


def test_failures_without_end_do_not_overflow() -> None:
    assert waits(Backoff(), 5_000)[-1] <= 30
