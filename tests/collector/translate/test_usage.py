"""Token counts in one normal form."""

import math

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate.partial import Entry
from otel_bridge_collector.translate.usage import (
    Count,
    counts_in,
    is_measure,
    measure,
    token_metrics,
    with_cache,
)


def metrics(**counts: Json) -> dict[str, Json]:
    given = [Count(metric, value, (metric,)) for metric, value in counts.items()]
    return {entry.key: entry.value for entry in token_metrics(given)}


def test_the_total_is_the_sum_where_it_is_not_given() -> None:
    assert metrics(prompt_tokens=10, completion_tokens=30)["tokens"] == 40
    assert metrics(prompt_tokens=10, completion_tokens=30, tokens=41)["tokens"] == 41


def test_what_the_cache_held_is_added_where_it_was_counted_apart() -> None:
    given = [
        Count("prompt_tokens", 45, ("a",)),
        Count("prompt_cached_tokens", 20, ("b",)),
        Count("tokens", 54, ()),
    ]

    assert with_cache(given) == [Count("prompt_tokens", 65, ("a",)), *given[1:]]
    assert with_cache(given[:1]) == given[:1]


def test_google_counts_thoughts_beside_the_answer() -> None:
    usage: Json = {
        "promptTokenCount": 45,
        "candidatesTokenCount": 9,
        "thoughtsTokenCount": 7,
        "totalTokenCount": 61,
    }

    found = {entry.key: entry.value for entry in token_metrics(counts_in(usage, "usage"))}

    assert found == {
        "prompt_tokens": 45,
        "completion_tokens": 16,
        "completion_reasoning_tokens": 7,
        "tokens": 61,
    }


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
    ("apart", "included"),
    [
        pytest.param("prompt_cached_tokens", "prompt_tokens", id="cache"),
        pytest.param("completion_reasoning_tokens", "completion_tokens", id="reasoning"),
    ],
)
def test_a_part_that_the_sum_of_all_counts_apart_is_added(apart: str, included: str) -> None:
    given: dict[str, Json] = {"prompt_tokens": 100, "completion_tokens": 50, apart: 8}

    assert metrics(**given, tokens=158)[included] == 8 + (100 if included == "prompt_tokens" else 50)
    assert metrics(**given, tokens=150) == {**given, "tokens": 150}


@pytest.mark.parametrize(
    ("value", "tokens"),
    [
        pytest.param(0, 0, id="zero"),
        pytest.param(12.0, 12, id="float without a fraction"),
        pytest.param("12", 12, id="digits"),
        pytest.param("12.0", 12, id="digits without a fraction"),
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


def test_a_zero_that_has_no_metric_says_nothing() -> None:
    usage: Json = {"output_tokens": 3, "accepted_prediction_tokens": 0}

    assert list(counts_in(usage, "u")) == [Count("completion_tokens", 3, ("u",))]


def test_anthropic_s_input_is_counted_with_its_cache() -> None:
    usage: Json = {
        "input_tokens": 300,
        "cache_read_input_tokens": 100,
        "cache_creation_input_tokens": 20,
        "output_tokens": 5,
    }

    assert next(counts_in(usage, "u")) == Count("prompt_tokens", 420, ("u",))


@pytest.mark.parametrize("cached", [-1, "many"])
def test_a_cache_that_is_no_number_of_tokens_is_not_counted(cached: Json) -> None:
    usage: Json = {"input_tokens": 300, "cache_read_input_tokens": cached}

    assert next(counts_in(usage, "u")) == Count("prompt_tokens", 300, ("u",))


@pytest.mark.parametrize(
    ("value", "fits"), [(0, True), (0.5, True), (-1, False), (math.inf, False), (True, False), ("1", False)]
)
def test_a_measure_is_a_finite_number_from_zero(value: Json, fits: bool) -> None:  # noqa: FBT001
    assert is_measure(value) is fits


@pytest.mark.parametrize(
    "value", [pytest.param(10**15 - 1, id="at the limit"), pytest.param(10**15, id="over it")]
)
def test_a_count_has_no_more_digits_than_it_may(value: int) -> None:
    assert metrics(prompt_tokens=value) == ({"prompt_tokens": value} if value < 10**15 else {})


@pytest.mark.parametrize(
    ("usage", "found"),
    [
        pytest.param(
            {
                "inputTokens": 10,
                "outputTokens": 5,
                "totalTokens": 115,
                "cacheReadInputTokens": 80,
                "cacheWriteInputTokens": 20,
            },
            {
                "prompt_tokens": 110,
                "completion_tokens": 5,
                "tokens": 115,
                "prompt_cached_tokens": 80,
                "prompt_cache_creation_tokens": 20,
            },
            id="Bedrock, whose input leaves out its cache",
        ),
        pytest.param(
            {
                "input_tokens": 100,
                "output_tokens": 50,
                "total_tokens": 150,
                "input_token_details": {"cache_read": 64, "cache_creation": 3, "audio": 2},
                "output_token_details": {"reasoning": 20, "audio": 1},
            },
            {
                "prompt_tokens": 100,
                "completion_tokens": 50,
                "tokens": 150,
                "prompt_cached_tokens": 64,
                "prompt_cache_creation_tokens": 3,
                "prompt_audio_tokens": 2,
                "completion_reasoning_tokens": 20,
                "completion_audio_tokens": 1,
            },
            id="LangChain's usage_metadata",
        ),
        pytest.param(
            {
                "prompt_tokens": 100,
                "completion_tokens": 5,
                "prompt_cache_hit_tokens": 64,
                "prompt_cache_miss_tokens": 36,
            },
            {"prompt_tokens": 100, "completion_tokens": 5, "tokens": 105, "prompt_cached_tokens": 64},
            id="DeepSeek",
        ),
        pytest.param(
            {
                "prompt_tokens": 100,
                "completion_tokens": 5,
                "prompt_tokens_details": {"cached_tokens": 8, "cache_write_tokens": 4},
            },
            {
                "prompt_tokens": 100,
                "completion_tokens": 5,
                "tokens": 105,
                "prompt_cached_tokens": 8,
                "prompt_cache_creation_tokens": 4,
            },
            id="OpenRouter",
        ),
        pytest.param(
            {
                "billed_units": {"input_tokens": 5, "output_tokens": 3},
                "tokens": {"input_tokens": 50, "output_tokens": 4},
            },
            {"prompt_tokens": 50, "completion_tokens": 4, "tokens": 54},
            id="Cohere, not what it bills",
        ),
        pytest.param(
            {"prompt_eval_count": 26, "eval_count": 298},
            {"prompt_tokens": 26, "completion_tokens": 298, "tokens": 324},
            id="Ollama",
        ),
        pytest.param(
            {"inputTokens": 100, "outputTokens": 50, "cachedInputTokens": 64, "reasoningTokens": 20},
            {
                "prompt_tokens": 100,
                "completion_tokens": 50,
                "tokens": 150,
                "prompt_cached_tokens": 64,
                "completion_reasoning_tokens": 20,
            },
            id="AI SDK",
        ),
    ],
)
def test_each_provider_s_names_are_read(usage: Json, found: dict[str, Json]) -> None:
    assert {entry.key: entry.value for entry in token_metrics(counts_in(usage, "u"))} == found


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (0.5, 0.5),
        ("0.5", 0.5),
        ("3", 3.0),
        ("1.5e-05", 1.5e-05),
        ("nan", None),
        ("-1", None),
        ("", None),
        ("1" * 400, None),
        (None, None),
    ],
)
def test_a_measure_may_come_as_text(value: Json, number: float | None) -> None:
    assert measure(value) == number


@pytest.mark.parametrize(
    ("prompt", "tool_use"),
    [
        pytest.param("prompt_token_count", "tool_use_prompt_token_count", id="snake case"),
        pytest.param("promptTokenCount", "toolUsePromptTokenCount", id="camel case"),
    ],
)
def test_what_tools_of_google_found_is_input_too(prompt: str, tool_use: str) -> None:
    counts = counts_in({prompt: 100, tool_use: 20}, "u")

    assert {entry.key: entry.value for entry in token_metrics(counts)} == {"prompt_tokens": 120}
