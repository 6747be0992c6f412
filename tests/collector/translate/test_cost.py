"""What the tokens of a row cost."""

from collections.abc import Mapping
from datetime import UTC, datetime
from random import Random
from typing import cast

import pytest
from genai_prices import Usage, calc_price
from genai_prices.data import providers
from genai_prices.types import Provider
from hypothesis import given
from hypothesis import strategies as st

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.translate.cost import cost_of, estimated_cost

NOW = datetime(2026, 11, 1, tzinfo=UTC)
TOKENS: Mapping[str, float] = {"prompt_tokens": 1000, "completion_tokens": 100}


def call(
    metrics: Mapping[str, float], model: str = "gpt-4o", provider: str = "openai", **metadata: Json
) -> Row:
    return Row(
        metrics={"start": NOW.timestamp(), **metrics},
        metadata={"model": model, "provider": provider, **metadata},
        span_attributes={"type": "llm"},
    )


def test_tokens_cost_what_the_table_says() -> None:
    cost = cost_of(call(TOKENS))

    assert (cost.source, cost.note) == ("price table", "")
    assert cost.usd == pytest.approx(1000 * 2.5e-6 + 100 * 10e-6)


def test_each_bucket_is_charged_once() -> None:
    metrics = {
        "prompt_tokens": 1000,
        "prompt_cached_tokens": 500,
        "prompt_cache_creation_tokens": 300,
        "prompt_cache_creation_1h_tokens": 100,
        "completion_tokens": 100,
        "completion_reasoning_tokens": 80,
    }

    computed = cost_of(call(metrics, "claude-sonnet-4-5", "anthropic")).computed

    assert computed is not None
    assert estimated_cost(call(metrics, "claude-sonnet-4-5", "anthropic")) == computed.usd
    assert [(charge.bucket, charge.tokens) for charge in computed.charges] == [
        ("promptUncachedTokens", 200),
        ("promptCachedTokens", 500),
        ("promptCacheCreationTokens", 200),
        ("promptCacheCreation1hTokens", 100),
        ("completionTokens", 100),
    ]
    assert sum(charge.usd for charge in computed.charges) == pytest.approx(computed.usd)


@pytest.mark.parametrize("provider", [pytest.param(each, id=each.id) for each in providers])
def test_input_and_output_cost_the_same_by_the_short_way(provider: Provider) -> None:
    for model in provider.models:
        assert_same_by_the_short_way(model.id, provider.id)


def assert_same_by_the_short_way(model: str, provider: str) -> None:
    draw = Random(model)  # noqa: S311 - no secret
    for most in (0, 9, 1_000, 300_000, 10_000_000, 10_000_001, 10**20):
        for metrics in (
            {"prompt_tokens": draw.randint(0, most), "completion_tokens": draw.randint(0, most)},
            {"prompt_tokens": most},
            {"completion_tokens": most},
        ):
            row = call(metrics, model, provider)
            assert estimated_cost(row) == cost_of(row).usd


@given(
    uncached=st.integers(0, 10**6),
    cached=st.integers(0, 10**6),
    written=st.integers(0, 10**6),
    output=st.integers(0, 10**6),
    model=st.sampled_from([("claude-sonnet-4-5", "anthropic"), ("claude-3-5-haiku-20241022", "anthropic")]),
)
def test_the_sum_is_that_of_the_library(
    uncached: int, cached: int, written: int, output: int, model: tuple[str, str]
) -> None:
    prompt = uncached + cached + written
    metrics = {
        "prompt_tokens": prompt,
        "prompt_cached_tokens": cached,
        "prompt_cache_creation_tokens": written,
        "completion_tokens": output,
    }

    usage = Usage(
        input_tokens=prompt, cache_read_tokens=cached, cache_write_tokens=written, output_tokens=output
    )
    expected = calc_price(usage, model[0], provider_id=model[1], genai_request_timestamp=NOW)
    assert (estimated_cost(call(dict(metrics), *model)) or 0) == pytest.approx(float(expected.total_price))


def test_audio_has_a_price_of_its_own_where_the_table_has_one() -> None:
    plain, audio = (
        estimated_cost(call({"prompt_tokens": 1000, **more}, "gpt-realtime"))
        for more in ({}, {"prompt_audio_tokens": 500})
    )

    assert plain is not None
    assert audio is not None
    assert audio > plain


def test_what_the_producer_said_counts_and_what_differs_is_told() -> None:
    cost = cost_of(call({**TOKENS, "estimated_cost": 0.5}))

    assert (cost.usd, cost.source) == (0.5, "producer")
    assert cost.computed is not None
    assert cost.note == "the producer said $0.5, by the price table it is $0.0035"


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(call({**TOKENS, "estimated_cost": 0.003501}), id="nearly the same"),
        pytest.param(call({**TOKENS, "estimated_cost": 0.5}, "our-own"), id="a model without a price"),
    ],
)
def test_a_producer_who_is_not_contradicted_gets_no_note(row: Row) -> None:
    assert cost_of(row).note == ""


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        pytest.param(
            call(TOKENS, "our-own"),
            "has no price for model our-own of provider openai at that time",
            id="unknown",
        ),
        pytest.param(
            Row(metrics=dict(TOKENS), metadata={"model": "gpt-4o"}),
            "at that time",
            id="a span without a start",
        ),
        pytest.param(
            Row(metrics=dict(TOKENS)), "no model is named, so its tokens have no price", id="no model"
        ),
        pytest.param(
            call(TOKENS, "text-embedding-3-small"), "does not price completionTokens", id="no such rate"
        ),
        pytest.param(
            {**call({**TOKENS, "estimated_cost": 1}), "span_attributes": {"usage_is_rollup": True}},
            "its tokens and cost repeat those of other spans of the trace, which count",
            id="roll-up",
        ),
        pytest.param(
            {**call(TOKENS), "span_attributes": {"purpose": "scorer"}}, "a scorer has no cost", id="scorer"
        ),
    ],
)
def test_a_row_without_a_cost_says_why(row: Row, reason: str) -> None:
    cost = cost_of(row)

    assert cost.usd is None
    assert cost.note.endswith(reason) or reason in cost.note


def test_a_row_without_tokens_has_nothing_to_explain() -> None:
    cost = cost_of(Row(metrics={"start": 1.0}))

    assert (cost.usd, cost.note) == (None, "")


def test_a_model_that_answered_under_an_unknown_name_costs_what_the_one_asked_for_does() -> None:
    assert estimated_cost(call(TOKENS, "deployment-7", request_model="gpt-4o")) == estimated_cost(
        call(TOKENS)
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("gpt-4o"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(
    ["model", "provider", "start", "purpose", "usage_is_rollup", "estimated_cost", *TOKENS]
)


@given(
    st.dictionaries(
        st.sampled_from(["metadata", "metrics", "span_attributes"]), JSON | st.dictionaries(NAMES, JSON)
    )
)
def test_whatever_a_row_holds_its_cost_is_a_number_or_nothing(row: Row) -> None:
    usd = estimated_cost(row)

    assert usd is None or usd >= 0
    assert usd == cost_of(row).usd


@pytest.mark.parametrize("framework", ["langchain", "haystack", "spring_ai"])
def test_a_framework_that_names_itself_as_the_provider_sells_nothing(framework: str) -> None:
    assert estimated_cost(call(TOKENS, provider=framework)) == estimated_cost(call(TOKENS))


def test_the_tier_that_the_provider_reported_sets_the_price() -> None:
    flex = estimated_cost(call(TOKENS, "o3", **{"openai.response.service_tier": "flex"}))

    assert (flex or 0) < (estimated_cost(call(TOKENS, "o3")) or 0)


@pytest.mark.parametrize("said", [None, 0, 0.0, 0.5, -1, True, "0.5"])
@pytest.mark.parametrize("model", ["gpt-4o", "a model without a price"])
def test_what_a_row_counts_with_is_what_is_explained(said: Json, model: str) -> None:
    row = call({**TOKENS, "estimated_cost": cast("float", said)}, model)

    assert estimated_cost(row) == cost_of(row).usd


def test_a_zero_beside_tokens_that_have_a_price_counts_as_not_said() -> None:
    row = Row(
        metadata={"model": "gpt-4o", "provider": "openai"},
        metrics={"start": 1767225600.0, "prompt_tokens": 1000, "completion_tokens": 10, "estimated_cost": 0},
    )

    cost = cost_of(row)

    assert cost.source == "price table"
    assert cost.usd is not None
    assert cost.usd > 0
    assert "the producer said $0" in cost.note


def test_a_zero_for_a_model_without_a_price_is_what_was_said() -> None:
    row = Row(
        metadata={"model": "our-own"},
        metrics={"start": 1767225600.0, "prompt_tokens": 1000, "completion_tokens": 10, "estimated_cost": 0},
    )

    assert (cost_of(row).usd, cost_of(row).source) == (0, "producer")


@pytest.mark.parametrize("metric", ["prompt_tokens", "estimated_cost", "start"])
def test_a_number_beyond_any_double_has_no_cost(metric: str) -> None:
    row: Row = {"metrics": {"completion_tokens": 1, metric: 10**400}, "metadata": {"model": "gpt-4o"}}

    assert (estimated_cost(row) or 0) < 1
