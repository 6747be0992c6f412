"""Prices of tokens, from the table of genai-prices."""

from datetime import UTC, datetime

import pytest

from otel_bridge_collector.translate.price import find_rates

NOW_S = datetime(2026, 11, 1, tzinfo=UTC).timestamp()


def test_a_model_has_rates_by_the_kind_of_token() -> None:
    rates = find_rates("gpt-4o", "openai", at_s=NOW_S, input_tokens=1)

    assert rates is not None
    assert (rates.provider, rates.model) == ("openai", "gpt-4o")
    assert (
        rates.usd_per_million["cache_read"] < rates.usd_per_million["input"] < rates.usd_per_million["output"]
    )


@pytest.mark.parametrize(
    ("model", "provider"),
    [
        pytest.param("anthropic.claude-3-5-sonnet-20241022-v2:0", "bedrock", id="bedrock"),
        pytest.param("gpt-4o", "azure", id="azure"),
        pytest.param("gemini-2.5-pro", "google", id="google"),
        pytest.param("grok-4", "xai", id="xai"),
        pytest.param("mistral-large-latest", "mistral", id="mistral"),
    ],
)
def test_providers_are_known_by_the_names_that_rows_have(model: str, provider: str) -> None:
    assert find_rates(model, provider, at_s=NOW_S, input_tokens=1) is not None


def test_a_name_alone_finds_who_made_the_model() -> None:
    rates = find_rates("claude-sonnet-4-5", None, at_s=NOW_S, input_tokens=1)

    assert rates is not None
    assert rates.provider == "anthropic"


def test_a_price_has_its_date() -> None:
    before, after = (
        find_rates("o3", "openai", at_s=datetime(2025, month, 1, tzinfo=UTC).timestamp(), input_tokens=1)
        for month in (5, 7)
    )

    assert before is not None
    assert after is not None
    assert before.usd_per_million["input"] > after.usd_per_million["input"]


def test_a_price_has_steps_by_the_size_of_the_request() -> None:
    small, large = (
        find_rates("gemini-2.5-pro", "google", at_s=NOW_S, input_tokens=tokens) for tokens in (1000, 300_000)
    )

    assert small is not None
    assert large is not None
    assert small.usd_per_million["input"] < large.usd_per_million["input"]


def test_a_tier_has_its_price() -> None:
    standard, flex = (
        find_rates("o3", "openai", at_s=NOW_S, input_tokens=1, service_tier=tier) for tier in (None, "flex")
    )

    assert standard is not None
    assert flex is not None
    assert flex.usd_per_million["input"] < standard.usd_per_million["input"]


@pytest.mark.parametrize(
    ("model", "provider", "at_s"),
    [
        pytest.param("our-own", "openai", NOW_S, id="unknown model"),
        pytest.param("our-own", None, NOW_S, id="unknown model of nobody"),
        pytest.param("gpt-4o", "our-proxy", NOW_S, id="unknown provider"),
        pytest.param("gpt-4o" * 100, "openai", NOW_S, id="a name without end"),
        pytest.param("gpt-4o", "openai", 1e300, id="no time"),
    ],
)
def test_what_the_table_does_not_know_has_no_rates(model: str, provider: str | None, at_s: float) -> None:
    assert find_rates(model, provider, at_s=at_s, input_tokens=1) is None
