"""The fuzz target itself works, and finds nothing in a moment."""

from random import Random

from tests.fuzz.mutation import mutated
from tests.fuzz.translate import fuzz, recorded_requests


def test_a_seed_always_makes_the_same_request() -> None:
    first, *_, last = recorded_requests()

    made = [[mutated(first, last, Random(seed)) for seed in range(20)] for _ in range(2)]  # noqa: S311 - chance, not secrecy

    assert made[0] == made[1]
    assert len(set(made[0])) > 1


def test_changed_recordings_become_rows() -> None:
    assert fuzz(recorded_requests(), seconds=2, first_seed=0) == 0
