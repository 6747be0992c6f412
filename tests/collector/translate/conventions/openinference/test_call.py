"""Model, provider, parameters, tools and measures."""

import json

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate import translate
from otel_bridge_collector.translate.tools import named_tool
from tests.support.otlp import make_span


def metadata_of(attributes: dict[str, Json]) -> dict[str, Json]:
    """Return the metadata of an llm span."""
    return translate(make_span({"openinference.span.kind": "LLM", **attributes})).get("metadata") or {}


def metrics_of(attributes: dict[str, Json]) -> dict[str, float]:
    """Return the metrics of a span, apart from its times."""
    metrics = translate(make_span({"openinference.span.kind": "LLM", **attributes})).get("metrics") or {}
    return {name: value for name, value in metrics.items() if name not in ("start", "end")}


@pytest.mark.parametrize(
    ("attributes", "metadata"),
    [
        pytest.param({"llm.model_name": "openai/m"}, {"model": "m"}, id="named"),
        pytest.param({"embedding.model_name": "m"}, {"model": "m"}, id="embedding"),
        pytest.param({"reranker.model_name": "m"}, {"model": "m"}, id="reranker"),
        pytest.param({"llm.request.model_name": "m"}, {"model": "m"}, id="asked"),
        pytest.param({"llm.invocation_parameters": '{"model":"m"}'}, {"model": "m"}, id="parameter"),
        pytest.param(
            {"llm.model_name": "m-1", "llm.invocation_parameters": '{"model":"m"}'},
            {"model": "m-1", "request_model": "m"},
            id="another was asked",
        ),
        pytest.param(
            {"llm.response.model_name": "m-1", "llm.model_name": "m-1", "llm.request.model_name": "m"},
            {"model": "m-1", "request_model": "m"},
            id="all",
        ),
        pytest.param(
            {"llm.response.model_name": "m-1", "llm.model_name": "m"},
            {"model": "m-1", "llm.model_name": "m"},
            id="two answered",
        ),
        pytest.param({"llm.model_name": 5}, {"llm.model_name": 5}, id="no name"),
    ],
)
def test_the_model_is_the_one_that_answered(attributes: dict[str, Json], metadata: dict[str, Json]) -> None:
    assert metadata_of(attributes) == metadata


def test_what_no_attribute_says_is_read_from_request_and_response() -> None:
    tool: Json = {"type": "function", "function": {"name": "f", "parameters": {}}}
    usage: Json = {
        "prompt_tokens": 45,
        "completion_tokens": 9,
        "prompt_tokens_details": {"cached_tokens": 20},
    }
    attributes: dict[str, Json] = {
        "input.value": json.dumps({"messages": [{"role": "user", "content": "Hi"}], "tools": [tool]}),
        "output.value": json.dumps({"choices": [{"finish_reason": "stop"}], "usage": usage}),
        "llm.token_count.prompt": 45,
        "llm.token_count.completion": 9,
    }

    assert metadata_of(attributes) == {"tools": [tool], "finish_reason": "stop"}
    assert metrics_of(attributes) == {
        "prompt_tokens": 45,
        "completion_tokens": 9,
        "tokens": 54,
        "prompt_cached_tokens": 20,
    }


def test_the_provider_has_one_name() -> None:
    assert metadata_of({"llm.provider": "openai", "llm.system": "openai"}) == {"provider": "openai"}
    assert metadata_of({"llm.provider": "google", "llm.system": "vertexai"}) == {
        "provider": "google",
        "llm.system": "vertexai",
    }


@pytest.mark.parametrize(
    ("given", "parameters"),
    [
        pytest.param({"temperature": 0.5, "top_p": None, "stop": "", "n": 0}, {"temperature": 0.5, "n": 0}, id="OpenAI"),
        pytest.param({"stop_sequences": ["END"], "top_k": 4}, {"stop": ["END"], "top_k": 4}, id="Anthropic"),
        pytest.param({"maxTokens": 2, "topP": 0.5}, {"max_tokens": 2, "top_p": 0.5}, id="Bedrock"),
        pytest.param({"generationConfig": {"maxOutputTokens": 2}}, {"max_tokens": 2}, id="Google"),
        pytest.param({}, {}, id="none"),
        pytest.param({"tools": [{"name": "a"}]},
                     {"tools": [{"type": "function", "function": {"name": "a"}}]}, id="tools"),
    ],
)  # fmt: skip
def test_parameters_have_the_names_of_the_chat_api(given: Json, parameters: dict[str, Json]) -> None:
    assert metadata_of({"llm.invocation_parameters": json.dumps(given)}) == parameters
    assert metadata_of({"embedding.invocation_parameters": json.dumps(given)}) == parameters


def test_a_parameter_that_is_a_message_is_not_repeated() -> None:
    metadata = metadata_of(
        {
            "llm.input_messages.0.message.role": "system",
            "llm.input_messages.0.message.content": "Be brief",
            "llm.invocation_parameters": '{"instructions":"Be brief","user":"Be brief"}',
        }
    )

    assert metadata == {"user": "Be brief"}


def test_parameters_that_are_no_object_stay() -> None:
    assert metadata_of({"llm.invocation_parameters": "{oops"}) == {"llm.invocation_parameters": "{oops"}


@pytest.mark.parametrize(
    ("attributes", "tool"),
    [
        pytest.param(
            {"json_schema": '{"type":"function","function":{"name":"a"}}'}, named_tool("a"), id="OpenAI"
        ),
        pytest.param(
            {"json_schema": '{"name":"a","input_schema":{"type":"object"}}'},
            {"type": "function", "function": {"name": "a", "parameters": {"type": "object"}}},
            id="Anthropic",
        ),
        pytest.param(
            {"name": "a", "description": "d", "json_schema": '{"type":"object"}'},
            {
                "type": "function",
                "function": {"name": "a", "description": "d", "parameters": {"type": "object"}},
            },
            id="name beside the schema",
        ),
        pytest.param({"name": "a"}, named_tool("a"), id="name"),
    ],
)
def test_tools_are_definitions(attributes: dict[str, Json], tool: Json) -> None:
    given = {f"llm.tools.0.tool.{key}": value for key, value in attributes.items()}

    assert metadata_of(given) == {"tools": [tool]}


def test_what_is_no_tool_does_not_raise() -> None:
    assert metadata_of({"llm.tools.0": "a"}) == {"tools": [named_tool("a")]}


def test_tokens_are_counted() -> None:
    metrics = metrics_of(
        {
            "llm.token_count.prompt": 10,
            "llm.token_count.completion": 5,
            "llm.token_count.prompt_details.cache_read": 2,
            "llm.token_count.prompt_details.cache_write": 3,
            "llm.token_count.prompt_details.audio": 1,
            "llm.token_count.completion_details.reasoning": 4,
            "llm.token_count.completion_details.audio": 0,
        }
    )

    assert metrics == {
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "tokens": 15,
        "prompt_cached_tokens": 2,
        "prompt_cache_creation_tokens": 3,
        "prompt_audio_tokens": 1,
        "completion_reasoning_tokens": 4,
        "completion_audio_tokens": 0,
    }


def test_the_cost_is_a_metric() -> None:
    assert metrics_of({"llm.cost.total": 0.5}) == {"estimated_cost": 0.5}
    assert metadata_of({"llm.cost.total": "?", "llm.cost.prompt": 0.25}) == {
        "llm.cost.total": "?",
        "llm.cost.prompt": 0.25,
    }


def test_the_finish_reason_is_metadata() -> None:
    assert metadata_of({"llm.finish_reason": "stop"}) == {"finish_reason": "stop"}
