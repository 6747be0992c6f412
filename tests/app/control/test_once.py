"""What is asked for once."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest

from otel_bridge.control.once import Once


def test_nothing_is_asked_before_the_first_need() -> None:
    numbers = itertools.count(1)
    once = Once(lambda: next(numbers))

    assert once.known is None
    assert [once.get(), once.get()] == [1, 1]


def test_callers_at_the_same_time_share_one_call() -> None:
    numbers = itertools.count(1)
    once = Once(lambda: next(numbers))

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: once.get(), range(50))) == {1}


def test_a_failure_is_asked_again() -> None:
    answers = iter([0, 1])
    once = Once(lambda: 1 // next(answers))

    with pytest.raises(ZeroDivisionError):
        once.get()
    assert once.get() == 1
