"""Names of models and providers."""

import pytest

from otel_bridge_collector.translate.model_name import model_name, models, provider_name, providers
from otel_bridge_collector.translate.partial import Entry


@pytest.mark.parametrize(
    ("given", "name"),
    [
        pytest.param("openai/gpt-4o", "gpt-4o", id="provider in front"),
        pytest.param("models/gemini-2.5-flash", "gemini-2.5-flash", id="Google's folder"),
        pytest.param("gemini/gemini-2.5-flash", "gemini-2.5-flash", id="LiteLLM's Google"),
        pytest.param("vertex_ai/gemini-2.5-flash", "gemini-2.5-flash", id="LiteLLM's Vertex"),
        pytest.param("meta-llama/Llama-3-8B", "meta-llama/Llama-3-8B", id="publisher, not provider"),
        pytest.param("openai/", "openai/", id="nothing behind"),
        pytest.param("gpt-4o", "gpt-4o", id="plain"),
    ],
)
def test_a_model_is_named_without_its_provider(given: str, name: str) -> None:
    assert model_name(given) == name


@pytest.mark.parametrize(
    ("given", "name"),
    [
        pytest.param("openai", "openai", id="plain"),
        pytest.param("OpenAI", "openai", id="upper case"),
        pytest.param("gcp.vertex_ai", "google", id="Vertex"),
        pytest.param("gemini", "google", id="Gemini"),
        pytest.param("aws.bedrock", "bedrock", id="Bedrock"),
        pytest.param("bedrock_converse", "bedrock", id="an API of Bedrock's"),
        pytest.param("azure.ai.openai", "azure", id="Azure"),
        pytest.param("x_ai", "xai", id="xAI"),
        pytest.param("mistral_ai", "mistral", id="Mistral"),
        pytest.param("api.openai.com", "openai", id="host of an API"),
        pytest.param("ibm.watsonx.ai", "ibm", id="product behind a dot"),
        pytest.param("moonshot_ai", "moonshot_ai", id="underscore"),
    ],
)
def test_a_provider_has_one_name(given: str, name: str) -> None:
    assert provider_name(given) == name


def test_the_model_that_answered_comes_before_the_one_that_was_asked() -> None:
    attributes = {"asked": "openai/gpt-4o", "answered": "gpt-4o-2024-08-06"}

    assert list(models(attributes, answered="answered", asked="asked")) == [
        Entry("metadata", "model", "gpt-4o-2024-08-06", ("answered",)),
        Entry("metadata", "request_model", "gpt-4o", ("asked",)),
    ]


def test_the_model_that_was_asked_is_the_model_where_no_other_answered() -> None:
    assert list(models({"asked": "gpt-4o", "answered": 5}, answered="answered", asked="asked")) == [
        Entry("metadata", "model", "gpt-4o", ("asked",))
    ]


def test_a_provider_in_another_spelling_stays_a_leftover() -> None:
    assert list(providers({"a": "openai", "b": "openai.chat", "c": 5}, "a", "b", "c", "d")) == [
        Entry("metadata", "provider", "openai", ("a",)),
        Entry("metadata", "provider", "openai", ()),
    ]
