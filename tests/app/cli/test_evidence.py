"""What differences case by case come to."""

import random

import pytest

from otel_bridge.cli.evidence import change_of, changes, flaky_cases
from otel_bridge.control.trials import TraceScores


def trial(case: str, **scores: float) -> TraceScores:
    return TraceScores(case=case, scores=scores)


def noisy(count: int, mean: float, seed: int) -> list[float]:
    draw = random.Random(seed)  # noqa: S311 - scores
    return [draw.gauss(mean, 0.2) for _ in range(count)]


def test_the_interval_lies_around_the_mean() -> None:
    found = change_of(noisy(50, -0.1, seed=1))

    assert found.low is not None
    assert found.high is not None
    assert found.low < found.mean < found.high
    assert found.cases == 50


def test_a_seeded_fall_is_a_fall() -> None:
    assert change_of(noisy(50, -0.1, seed=1)).is_fall


def test_noise_is_taken_for_a_fall_about_as_often_as_an_interval_of_95_percent_allows() -> None:
    falls = sum(change_of(noisy(40, 0.0, seed=seed)).is_fall for seed in range(200))

    assert falls <= 14  # expected 5; 2.5 % of 200


def test_the_same_differences_give_the_same_interval() -> None:
    assert change_of(noisy(30, 0, seed=3)) == change_of(noisy(30, 0, seed=3))


def test_the_detectable_change_shrinks_with_the_root_of_the_cases() -> None:
    few, many = change_of([0.2, -0.2] * 10), change_of([0.2, -0.2] * 1_000)

    assert few.detectable is not None
    assert many.detectable is not None
    assert few.detectable / many.detectable == pytest.approx(10, rel=0.05)


def test_a_change_of_the_detectable_size_is_found_four_times_of_five() -> None:
    size = change_of(noisy(60, 0, seed=0)).detectable or 0

    found = sum(change_of(noisy(60, -size, seed=seed)).is_fall for seed in range(1, 101))

    assert 65 <= found <= 95


def test_one_case_says_nothing_of_chance() -> None:
    found = change_of([-1.0])

    assert (found.mean, found.low, found.high, found.detectable, found.is_fall) == (
        -1,
        None,
        None,
        None,
        False,
    )


def test_cases_are_matched_and_trials_count_as_their_mean() -> None:
    here = [trial("a", s=1), trial("a", s=0), trial("b", s=1), trial("new", s=0)]
    there = [trial("a", s=0), trial("b", s=1), trial("gone", s=1)]

    found = changes(here, there)

    assert (found["s"].cases, found["s"].mean) == (2, 0.25)


def test_a_score_that_only_one_side_has_is_no_change() -> None:
    assert changes([trial("a", new=1)], [trial("a", old=1)]) == {}


def test_trials_that_do_not_agree_are_flaky() -> None:
    trials = [
        trial("a", s=1, t=0.9),
        trial("a", s=0, t=0.6),
        trial("b", s=0.4),
        trial("b", s=0.1),
        trial("c", s=1),
    ]

    assert flaky_cases(trials) == {"a": ["s"]}
