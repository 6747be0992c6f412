"""The fuzz target itself works, and finds nothing in a moment."""

from random import Random

from tests.fuzz.mutation import mutated
from tests.fuzz.translate import fuzz, recorded_requests


def test_a_seed_always_makes_the_same_request() -> None:
    seeds = recorded_requests()

    assert [mutated(seeds, Random(seed)) for seed in range(20)] == [  # noqa: S311 - chance, not secrecy
        mutated(seeds, Random(seed))  # noqa: S311 - chance, not secrecy
        for seed in range(20)
    ]


def test_changed_recordings_become_rows() -> None:
    assert fuzz(recorded_requests(), seconds=2, first_seed=0) == 0
