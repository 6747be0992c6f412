"""A token bucket that may owe one request."""

from hypothesis import given
from hypothesis import strategies as st

from otel_bridge_collector.quota.bucket import Bucket


def test_a_full_bucket_gives_what_its_burst_allows_and_then_nothing() -> None:
    bucket = Bucket(10, burst_s=2, now_s=0)

    bucket.take(19, 0)
    just_within = bucket.wait_s(0)
    bucket.take(1, 0)

    assert (just_within, bucket.wait_s(0)) == (None, 0)


def test_something_is_left_again_a_moment_later() -> None:
    bucket = Bucket(10, burst_s=2, now_s=0)
    bucket.take(20, 0)

    assert bucket.wait_s(0.1) is None


def test_what_is_larger_than_the_bucket_passes_and_is_waited_for() -> None:
    bucket = Bucket(10, burst_s=2, now_s=0)

    bucket.take(50, 0)

    assert (bucket.wait_s(0), bucket.wait_s(1), bucket.wait_s(3), bucket.wait_s(3.1)) == (3, 2, 0, None)


def test_silence_fills_it_no_further_than_its_burst() -> None:
    bucket = Bucket(10, burst_s=2, now_s=0)

    bucket.take(20, 1_000)

    assert bucket.wait_s(1_000) == 0


@given(
    steps=st.lists(st.tuples(st.integers(min_value=0, max_value=5), st.integers(min_value=1, max_value=60)))
)
def test_no_more_passes_than_the_rate_the_burst_and_one_request(steps: list[tuple[int, int]]) -> None:
    bucket, now_s, passed = Bucket(10, burst_s=2, now_s=0), 0, 0

    for pause_s, amount in steps:
        now_s += pause_s
        if bucket.wait_s(now_s) is None:
            bucket.take(amount, now_s)
            passed += amount

    assert passed <= 10 * (now_s + 2) + 60
