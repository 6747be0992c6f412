"""Parameters in the spelling of OpenAI's chat API."""

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate.parameter import flat, key_of


def test_grouped_parameters_stand_among_the_others_and_models_do_not() -> None:
    request: dict[str, Json] = {
        "modelId": "m",
        "inferenceConfig": {"maxTokens": 5, "temperature": 0},
        "config": {"generation_config": {"topK": 3}},
        "seed": None,
        "stop": [],
    }

    assert list(flat(request)) == [("maxTokens", 5), ("temperature", 0), ("topK", 3)]


def test_a_group_that_is_no_object_is_a_parameter() -> None:
    assert list(flat({"config": "fast"})) == [("config", "fast")]


def test_a_provider_s_name_is_openai_s() -> None:
    assert [key_of(name) for name in ("maxTokens", "stop_sequences", "seed")] == [
        "max_tokens",
        "stop",
        "seed",
    ]
