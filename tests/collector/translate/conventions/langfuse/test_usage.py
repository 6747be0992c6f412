"""Counts, cost and times of Langfuse observations."""

from datetime import UTC, datetime

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate import translate
from tests.support.otlp import START_NS, make_span

USAGE = "langfuse.observation.usage_details"
COST = "langfuse.observation.cost_details"
ANSWER_START = "langfuse.observation.completion_start_time"


def metrics_of(attributes: dict[str, Json]) -> dict[str, float]:
    metrics = translate(make_span(attributes)).get("metrics") or {}
    return {name: value for name, value in metrics.items() if name not in ("start", "end")}


@pytest.mark.parametrize(
    ("usage", "metrics"),
    [
        pytest.param(
            '{"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12, "prompt_tokens_details": {"cached_tokens": 4}}',
            {"prompt_tokens": 10, "completion_tokens": 2, "tokens": 12, "prompt_cached_tokens": 4},
            id="a provider's",
        ),
        pytest.param(
            '{"input": 6, "input_cache_read": 4, "output": 1, "output_reasoning": 1, "total": 12}',
            {
                "prompt_tokens": 10,
                "prompt_cached_tokens": 4,
                "completion_tokens": 2,
                "completion_reasoning_tokens": 1,
                "tokens": 12,
            },
            id="langfuse's, parts apart",
        ),
        pytest.param(
            '{"input": 6, "cache_creation_input_tokens": 4, "cache_creation_ephemeral_5m_input_tokens": 4}',
            {
                "prompt_tokens": 10,
                "prompt_cache_creation_tokens": 4,
                "prompt_cache_creation_5m_tokens": 4,
            },
            id="cache writes count once",
        ),
        pytest.param(
            '{"input": 10, "input_cached_tokens": 4, "output": 2, "total": 12}',
            {"prompt_tokens": 10, "prompt_cached_tokens": 4, "completion_tokens": 2, "tokens": 12},
            id="langfuse's, parts within",
        ),
        pytest.param('{"input": 6, "input_audio": "two"}', {"prompt_tokens": 6}, id="no number"),
        pytest.param('{"output": 6, "novelty": 2}', {"completion_tokens": 6}, id="unknown"),
        pytest.param("[1]", {}, id="no object"),
    ],
)
def test_tokens_are_counted_with_their_parts(usage: str, metrics: dict[str, float]) -> None:
    assert metrics_of({USAGE: usage}) == metrics


@pytest.mark.parametrize(
    ("usage", "stays"),
    [
        pytest.param('{"input": 6, "input_audio": 0, "output": 1}', False, id="all read"),
        pytest.param('{"input": 6, "input_audio": 2}', True, id="added up"),
        pytest.param('{"input": 6, "novelty": 2}', True, id="unknown"),
    ],
)
def test_counts_that_are_not_all_in_the_metrics_stay(usage: str, stays: bool) -> None:  # noqa: FBT001 - a case
    assert (USAGE in (translate(make_span({USAGE: usage})).get("metadata") or {})) is stays


@pytest.mark.parametrize(
    ("cost", "metrics", "stays"),
    [
        pytest.param('{"total": 0.5, "input": 0}', {"estimated_cost": 0.5}, False, id="total"),
        pytest.param('{"total": 0.5, "input": 0.3}', {"estimated_cost": 0.5}, True, id="with parts"),
        pytest.param('{"input": 0.25, "output": 0.5}', {"estimated_cost": 0.75}, True, id="parts only"),
        pytest.param('{"input": 0.25, "output": "?"}', {}, True, id="a part that is no measure"),
        pytest.param("{}", {}, True, id="nothing"),
    ],
)
def test_the_total_is_the_cost(cost: str, metrics: dict[str, float], stays: bool) -> None:  # noqa: FBT001 - a case
    assert metrics_of({COST: cost}) == metrics
    assert (COST in (translate(make_span({COST: cost})).get("metadata") or {})) is stays


def test_the_start_of_the_answer_gives_the_time_to_the_first_token() -> None:
    moment = datetime.fromtimestamp(START_NS // 10**9 + 2, UTC)

    assert metrics_of({ANSWER_START: f'"{moment.isoformat()}"'}) == {
        "time_to_first_token": (10**9 * (START_NS // 10**9 + 2) - START_NS) / 10**9
    }


@pytest.mark.parametrize(
    "told",
    ['"2026-11-22T00:41:52"', '"soon"', '"1999-11-22T00:41:52Z"', "5", 5],
    ids=["naive", "text", "early", "json", "int"],
)
def test_what_is_no_moment_in_the_span_is_no_measure(told: Json) -> None:
    assert metrics_of({ANSWER_START: told}) == {}
