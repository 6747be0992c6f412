"""Tokens and times from `ai.*` attributes."""

import json
from collections.abc import Mapping

import pytest

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.translate import translate
from tests.support.otlp import make_event, make_span

CALL: dict[str, Json] = {"ai.operationId": "ai.generateText.doGenerate"}


def row_of(attributes: Mapping[str, Json], provider: Json = None) -> Row:
    said = {} if provider is None else {"ai.response.providerMetadata": json.dumps(provider)}
    return translate(make_span({**CALL, **attributes, **said}, scope="ai"))


def metrics_of(attributes: Mapping[str, Json], provider: Json = None) -> dict[str, float]:
    metrics = row_of(attributes, provider).get("metrics") or {}
    return {name: value for name, value in metrics.items() if name not in ("start", "end")}


@pytest.mark.parametrize("names", [("promptTokens", "completionTokens"), ("inputTokens", "outputTokens")])
def test_tokens_are_counted(names: tuple[str, str]) -> None:
    given = {f"ai.usage.{name}": value for name, value in zip(names, (10, 5), strict=True)}

    assert metrics_of(given) == {"prompt_tokens": 10, "completion_tokens": 5, "tokens": 15}


def test_parts_are_counted() -> None:
    given: dict[str, Json] = {
        "ai.usage.inputTokens": 100,
        "ai.usage.outputTokens": 90,
        "ai.usage.inputTokenDetails.cacheReadTokens": 8,
        "ai.usage.inputTokenDetails.cacheWriteTokens": 4,
        "ai.usage.outputTokenDetails.reasoningTokens": 64,
        "ai.usage.inputTokenDetails.noCacheTokens": 88,
    }

    assert metrics_of(given) == {
        "prompt_tokens": 100, "completion_tokens": 90, "prompt_cached_tokens": 8,
        "prompt_cache_creation_tokens": 4, "completion_reasoning_tokens": 64, "tokens": 190,
    }  # fmt: skip
    assert row_of(given).get("metadata") == {"ai.usage.inputTokenDetails.noCacheTokens": 88}


@pytest.mark.parametrize(
    "provider",
    [
        pytest.param(
            {
                "usage": {
                    "input_tokens": 300,
                    "cache_read_input_tokens": 100,
                    "cache_creation_input_tokens": 20,
                }
            },
            id="version 5",
        ),
        pytest.param({"cacheReadInputTokens": 100, "cacheCreationInputTokens": 20}, id="version 4"),
    ],
)
def test_anthropic_s_cache_is_counted_where_the_input_excludes_it(provider: Json) -> None:
    given: dict[str, Json] = {
        "ai.usage.promptTokens": 300,
        "ai.usage.completionTokens": 60,
        "ai.usage.totalTokens": 360,
        "gen_ai.usage.input_tokens": 300,
        "gen_ai.usage.output_tokens": 60,
    }
    row = row_of(given, {"anthropic": provider})

    assert metrics_of(given, {"anthropic": provider}) == {
        "prompt_tokens": 420, "completion_tokens": 60, "prompt_cached_tokens": 100,
        "prompt_cache_creation_tokens": 20, "tokens": 480,
    }  # fmt: skip
    assert row.get("metadata") == {
        "ai.response.providerMetadata": {"anthropic": provider},
        "ai.usage.totalTokens": 360,
    }


def test_anthropic_s_cache_is_not_counted_again_where_the_input_includes_it() -> None:
    usage: Json = {"input_tokens": 300, "cache_read_input_tokens": 100}

    found = metrics_of({"ai.usage.inputTokens": 400}, {"anthropic": {"usage": usage}})

    assert found == {"prompt_tokens": 400, "prompt_cached_tokens": 100}


def test_anthropic_s_cache_is_told_apart_by_its_lifetime_and_counted_once() -> None:
    written: Json = {"ephemeral_5m_input_tokens": 16, "ephemeral_1h_input_tokens": 4}
    usage: Json = {"input_tokens": 300, "cache_creation_input_tokens": 20, "cache_creation": written}

    assert metrics_of({"ai.usage.promptTokens": 300}, {"anthropic": {"usage": usage}}) == {
        "prompt_tokens": 320, "prompt_cache_creation_tokens": 20, "prompt_cache_creation_5m_tokens": 16,
        "prompt_cache_creation_1h_tokens": 4,
    }  # fmt: skip


def test_the_provider_s_counts_fill_what_the_sdk_leaves_out() -> None:
    provider: Json = {"google": {"usageMetadata": {"thoughtsTokenCount": 64, "cachedContentTokenCount": 8}}}
    given = {"ai.usage.inputTokens": 20, "ai.usage.outputTokens": 26, "ai.usage.totalTokens": 110}

    assert metrics_of(given, provider) == {
        "prompt_tokens": 20, "completion_tokens": 90, "prompt_cached_tokens": 8,
        "completion_reasoning_tokens": 64, "tokens": 110,
    }  # fmt: skip


def test_the_provider_speaks_of_the_last_call_only() -> None:
    row = translate(
        make_span(
            {
                "ai.operationId": "ai.generateText",
                "ai.usage.promptTokens": 300,
                "ai.response.providerMetadata": '{"anthropic":{"cacheReadInputTokens":100}}',
            }
        )
    )

    assert "prompt_cached_tokens" not in (row.get("metrics") or {})


@pytest.mark.parametrize("name", ["ai.response.msToFirstChunk", "ai.stream.msToFirstChunk"])
def test_the_first_chunk_is_in_seconds(name: str) -> None:
    span = make_span(CALL, events=[make_event("ai.stream.firstChunk", {name: 250})])

    assert metrics_of({name: 250}) == {"time_to_first_token": 0.25}
    assert (translate(span).get("metrics") or {})["time_to_first_token"] == 0.25


def test_a_time_that_is_none_stays_in_metadata() -> None:
    assert row_of({"ai.response.msToFirstChunk": "soon"}).get("metadata") == {
        "ai.response.msToFirstChunk": "soon"
    }


def test_a_count_that_is_no_repetition_stays() -> None:
    row = row_of({"ai.usage.promptTokens": 300, "gen_ai.usage.input_tokens": 310})

    assert (row.get("metrics") or {})["prompt_tokens"] == 300
    assert row.get("metadata") == {"gen_ai.usage.input_tokens": 310}
