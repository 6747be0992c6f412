"""Model, provider, parameters, tools and measures."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate import translate
from otel_bridge_collector.translate.tools import named_tool
from tests.support.otlp import make_span


def metadata_of(**attributes: Json) -> dict[str, Json]:
    """Translate `gen_ai.*` attributes, written without the prefix and with `__` for a dot."""
    named = {f"gen_ai.{key.replace('__', '.')}": value for key, value in attributes.items()}
    return translate(make_span(named)).get("metadata") or {}


def metrics_of(**attributes: Json) -> dict[str, float]:
    named = {f"gen_ai.{key.replace('__', '.')}": value for key, value in attributes.items()}
    metrics = translate(make_span(named)).get("metrics") or {}
    return {name: value for name, value in metrics.items() if name not in ("start", "end")}


@pytest.mark.parametrize(
    ("attributes", "metadata"),
    [
        pytest.param({"request__model": "openai/m"}, {"model": "m"}, id="asked"),
        pytest.param({"response__model": "m-1"}, {"model": "m-1"}, id="answered"),
        pytest.param(
            {"request__model": "m", "response__model": "m-1"},
            {"model": "m-1", "request_model": "m"},
            id="both",
        ),
        pytest.param({"request__model": "m", "response__model": "m"}, {"model": "m"}, id="the same"),
        pytest.param({"request__model": 5}, {"gen_ai.request.model": 5}, id="no name"),
    ],
)
def test_the_model_is_the_one_that_answered(attributes: dict[str, Json], metadata: dict[str, Json]) -> None:
    assert metadata_of(**attributes) == metadata


@pytest.mark.parametrize(
    ("attributes", "metadata"),
    [
        pytest.param({"provider__name": "openai"}, {"provider": "openai"}, id="of today"),
        pytest.param({"system": "openai"}, {"provider": "openai"}, id="former"),
        pytest.param({"model__provider": "openai"}, {"provider": "openai"}, id="Cloudflare's"),
        pytest.param({"provider__name": "openai", "system": "openai"}, {"provider": "openai"}, id="both"),
        pytest.param(
            {"provider__name": "gcp.vertex_ai"},
            {"provider": "google", "gen_ai.provider.name": "gcp.vertex_ai"},
            id="another spelling stays too",
        ),
        pytest.param({"system": ""}, {"gen_ai.system": ""}, id="empty"),
    ],
)
def test_the_provider_has_one_name(attributes: dict[str, Json], metadata: dict[str, Json]) -> None:
    assert metadata_of(**attributes) == metadata


def test_parameters_have_the_names_of_the_api() -> None:
    parameters = metadata_of(
        request__temperature=0.5,
        request__stop_sequences=["END"],
        request__choice__count=2,
        request__reasoning__level="low",
        openai__request__seed=7,
        tool__call__id="c1",
    )

    assert parameters == {
        "temperature": 0.5,
        "stop": ["END"],
        "n": 2,
        "reasoning_effort": "low",
        "seed": 7,
        "tool_call_id": "c1",
    }


def test_parameters_may_come_in_one_object() -> None:
    assert metadata_of(request='{"temperature":0.5,"top_p":1}') == {"temperature": 0.5, "top_p": 1}
    assert metadata_of(request="[1]") == {"gen_ai.request": "[1]"}


def test_the_rest_stays_under_its_own_name() -> None:
    rest: dict[str, Json] = {"gen_ai.response.id": "r", "gen_ai.response.finish_reasons": ["stop"]}

    assert translate(make_span(rest)).get("metadata") == rest


def test_definitions_of_tools_come_before_names() -> None:
    definition: Json = {"type": "function", "function": {"name": "a", "parameters": {}}}
    metadata = metadata_of(tool__definitions=[definition], agent__tools='["a"]', tool__name="a")

    assert metadata == {"tools": [definition]}


def test_names_of_tools_become_definitions() -> None:
    assert metadata_of(agent__tools='["a","b"]') == {"tools": [named_tool("a"), named_tool("b")]}


def test_a_tool_that_is_not_among_the_definitions_is_not_lost() -> None:
    assert metadata_of(agent__tools='["a"]', tool__name="c") == {
        "tools": [named_tool("a")],
        "gen_ai.tool.name": "c",
    }


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param({"usage__input_tokens": 10, "usage__output_tokens": 30}, id="of today"),
        pytest.param({"usage__prompt_tokens": 10, "usage__completion_tokens": 30}, id="former"),
        pytest.param({"usage": '{"input_tokens":10,"output_tokens":30}'}, id="object"),
        pytest.param({"usage__details__input_tokens": 10, "usage__details__output_tokens": 30}, id="details"),
    ],
)
def test_tokens_are_counted(attributes: dict[str, Json]) -> None:
    assert metrics_of(**attributes) == {"prompt_tokens": 10, "completion_tokens": 30, "tokens": 40}
    assert metadata_of(**attributes) == {}


def test_parts_of_the_tokens_are_counted() -> None:
    parts = metrics_of(
        usage__cache_read__input_tokens=1,
        usage__cache_write__input_tokens=2,
        usage__cache_creation__input_tokens=2,
        usage__reasoning__output_tokens=3,
        usage__audio__input_tokens=4,
    )

    assert parts == {
        "prompt_cached_tokens": 1,
        "prompt_cache_creation_tokens": 2,
        "completion_reasoning_tokens": 3,
        "prompt_audio_tokens": 4,
    }


def test_a_count_that_is_none_stays_in_metadata() -> None:
    assert metadata_of(usage__input_tokens=-1) == {"gen_ai.usage.input_tokens": -1}


def test_time_to_first_token_and_cost_are_measures() -> None:
    assert metrics_of(response__time_to_first_chunk=0.25, usage__cost=0.001) == {
        "time_to_first_token": 0.25,
        "estimated_cost": 0.001,
    }


@pytest.mark.parametrize("value", ["NaN", -1, True, "0,1"])
def test_what_is_no_measure_stays_in_metadata(value: Json) -> None:
    assert metadata_of(usage__cost=value) == {"gen_ai.usage.cost": value}


@pytest.mark.parametrize(
    ("scope", "prompt_tokens"),
    [
        pytest.param("opentelemetry.instrumentation.bedrock", 65, id="apart"),
        pytest.param("opentelemetry.instrumentation.anthropic", 45, id="included"),
    ],
)
def test_the_scope_tells_whether_the_cache_is_counted_apart(scope: str, prompt_tokens: int) -> None:
    attributes: dict[str, Json] = {
        "gen_ai.usage.input_tokens": 45,
        "gen_ai.usage.output_tokens": 9,
        "gen_ai.usage.total_tokens": 54,
        "gen_ai.usage.cache_read.input_tokens": 20,
    }

    metrics = translate(make_span(attributes, scope=scope)).get("metrics") or {}

    assert (metrics["prompt_tokens"], metrics["prompt_cached_tokens"]) == (prompt_tokens, 20)


def test_mastra_s_name_of_cached_tokens_is_known() -> None:
    assert metrics_of(usage__input_tokens=10, usage__cached_input_tokens=4)["prompt_cached_tokens"] == 4


@pytest.mark.parametrize("attribute", ["gen_ai.usage.cost", "operation.cost", "llm.cost.total"])
@pytest.mark.parametrize("cost", [0.0123, "0.0123"])
def test_a_cost_is_read_under_any_of_its_names_and_as_text(attribute: str, cost: Json) -> None:
    row = translate(make_span({"gen_ai.operation.name": "chat", attribute: cost}))

    assert (row.get("metrics") or {}).get("estimated_cost") == 0.0123
    assert "metadata" not in row


def test_what_pydantic_ai_details_is_read() -> None:
    found = metrics_of(
        usage__input_tokens=100,
        usage__output_tokens=50,
        usage__details__input_audio_tokens=5,
        usage__details__output_audio_tokens=6,
        usage__details__thoughts_tokens=9,
    )

    assert found == {
        "prompt_tokens": 100,
        "completion_tokens": 50,
        "tokens": 150,
        "prompt_audio_tokens": 5,
        "completion_audio_tokens": 6,
        "completion_reasoning_tokens": 9,
    }
