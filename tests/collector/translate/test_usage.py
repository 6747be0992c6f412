"""Token counts in one normal form."""

import math

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate.partial import Entry
from otel_bridge_collector.translate.usage import Count, counts_in, token_metrics


def metrics(**counts: Json) -> dict[str, Json]:
    given = [Count(metric, value, (metric,)) for metric, value in counts.items()]
    return {entry.key: entry.value for entry in token_metrics(given)}


def test_the_total_is_the_sum_where_it_is_not_given() -> None:
    assert metrics(prompt_tokens=10, completion_tokens=30)["tokens"] == 40
    assert metrics(prompt_tokens=10, completion_tokens=30, tokens=41)["tokens"] == 41


def test_one_count_alone_has_no_total() -> None:
    assert metrics(prompt_tokens=9) == {"prompt_tokens": 9}


def test_cached_tokens_within_the_prompt_are_not_added() -> None:
    assert metrics(prompt_tokens=38, prompt_cached_tokens=32)["prompt_tokens"] == 38


def test_cached_tokens_that_the_prompt_cannot_hold_are_added_to_it() -> None:
    found = metrics(
        prompt_tokens=57,
        completion_tokens=3,
        prompt_cached_tokens=2048,
        prompt_cache_creation_tokens=1024,
        tokens=60,
    )

    assert found["prompt_tokens"] == 57 + 2048 + 1024
    assert found["tokens"] == 57 + 2048 + 1024 + 3


def test_reasoning_that_the_output_cannot_hold_is_added_to_it() -> None:
    assert metrics(completion_tokens=4, completion_reasoning_tokens=64)["completion_tokens"] == 68


@pytest.mark.parametrize(
    ("value", "tokens"),
    [
        pytest.param(0, 0, id="zero"),
        pytest.param(12.0, 12, id="float without a fraction"),
        pytest.param("12", 12, id="digits"),
    ],
)
def test_a_number_of_tokens_is_taken(value: Json, tokens: int) -> None:
    assert metrics(prompt_tokens=value) == {"prompt_tokens": tokens}


@pytest.mark.parametrize(
    "value", [-1, 1.5, math.nan, math.inf, True, "many", "", "1" * 16, 10**15, None, [1]]
)
def test_what_is_no_number_of_tokens_is_passed_over(value: Json) -> None:
    assert metrics(prompt_tokens=value) == {}


def test_the_first_of_two_counts_is_taken_and_a_different_one_stays_different() -> None:
    counts = [
        Count("prompt_tokens", 10, ("a",)),
        Count("prompt_tokens", 10, ("b",)),
        Count("prompt_tokens", 11, ("c",)),
    ]

    assert list(token_metrics(counts)) == [
        Entry("metrics", "prompt_tokens", 10, ("a",)),
        Entry("metrics", "prompt_tokens", 10, ("b",)),
        Entry("metrics", "prompt_tokens", 11, ("c",)),
    ]


def test_a_usage_object_of_openai_is_read_at_every_depth() -> None:
    usage: Json = {
        "prompt_tokens": 3,
        "prompt_tokens_details": {"cached_tokens": 2},
        "total_tokens": 5,
        "cost": None,
    }

    assert list(counts_in(usage, "u")) == [
        Count("prompt_tokens", 3, ("u",)),
        Count("prompt_cached_tokens", 2, ("u",)),
        Count("tokens", 5, ("u",)),
    ]


def test_a_usage_object_that_says_more_is_not_spent() -> None:
    assert list(counts_in({"input_tokens": 3, "service_tier": "flex"}, "u")) == [
        Count("prompt_tokens", 3, ())
    ]
