"""Which providers are asked for a model."""

from typing import Any

import pytest

from otel_bridge_collector.config.provider import Provider
from otel_bridge_collector.errors import NoProviderError
from otel_bridge_collector.providers.choice import providers_for


def configured(**providers: dict[str, Any]) -> dict[str, Provider]:
    return {
        name: Provider.model_validate({"base_url": "http://a/v1", **settings})
        for name, settings in providers.items()
    }


@pytest.mark.parametrize(
    ("model", "name", "expected"),
    [
        pytest.param("gpt-5", None, ["openai", "any"], id="in the order of the file"),
        pytest.param("llama", None, ["any"], id="patterns"),
        pytest.param("", None, ["any"], id="no model"),
        pytest.param("own", None, ["local", "openai"], id="fallbacks whatever they serve"),
        pytest.param("gpt-5", "local", ["local", "openai"], id="a named one with its fallbacks"),
        pytest.param("gpt-5", "any", ["any"], id="a named one alone"),
    ],
)
def test_providers_are_asked_in_order(model: str, name: str | None, expected: list[str]) -> None:
    providers = configured(
        openai={"models": ["gpt-*"]}, local={"models": ["own"], "fallbacks": ["openai"]}, any={}
    )

    assert providers_for(providers, model, name=name) == expected


def test_an_empty_list_of_fallbacks_is_none() -> None:
    assert providers_for(configured(a={"fallbacks": []}, b={}), "m") == ["a"]


@pytest.mark.parametrize(
    ("providers", "name", "status", "message"),
    [
        pytest.param({}, None, 501, "name one under `providers`", id="none at all"),
        pytest.param(
            {"a": {"models": ["b*"]}}, None, 404, "serves the model 'm': configured are a", id="model"
        ),
        pytest.param({"a": {}}, "b", 404, "there is no provider 'b': configured are a", id="name"),
    ],
)
def test_who_asks_for_what_is_not_there_is_told_what_to_configure(
    providers: dict[str, Any], name: str | None, status: int, message: str
) -> None:
    with pytest.raises(NoProviderError, match=message) as raised:
        providers_for(configured(**providers), "m", name=name)

    assert raised.value.status == status
