"""What functions stand on: providers on loopback as models, and the scorers of all projects."""

import asyncio
from typing import Any

import pytest

from otel_bridge_collector.config.online_scoring import OnlineScoring
from otel_bridge_collector.config.provider import Provider
from otel_bridge_collector.functions.piece import FunctionError
from otel_bridge_collector.providers.client import Providers
from otel_bridge_collector.settings import load_settings
from otel_bridge_collector.stages.functions import GlobalScorers, ProvidedModels, functions_config
from tests.support.provider import FakeProvider, provider

REQUEST: Any = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hi"}]}


def asked(fake: FakeProvider | None, **settings: Any) -> Any:
    """What a model answers, whole and in chunks."""

    async def both() -> tuple[Any, list[Any]]:
        named = {"fake": Provider(base_url=fake.url, max_retries=0, **settings)} if fake else {}
        providers = Providers(named)
        models = ProvidedModels(providers)
        try:
            return await models.complete(REQUEST), [chunk async for chunk in models.stream(REQUEST)]
        finally:
            await providers.close()

    return asyncio.run(both())


def test_a_model_answers_whole_and_in_chunks_with_its_usage() -> None:
    with provider() as fake:
        whole, chunks = asked(fake)

    assert whole["choices"][0]["message"]["content"] == "hi"
    assert (
        "".join(each["choices"][0]["delta"].get("content") or "" for each in chunks if each["choices"])
        == "hi"
    )
    assert chunks[-1]["usage"]["total_tokens"] == 7


def test_a_provider_that_cannot_fails_the_function() -> None:
    with (
        provider((500, {})) as fake,
        pytest.raises(FunctionError, match="provider fake answered 500") as raised,
    ):
        asked(fake)

    assert (raised.value.is_refused, raised.value.status) == (False, 500)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        pytest.param(None, "no model provider is configured", id="none is configured"),
        pytest.param(
            {"models": ("other",)}, "no provider serves the model 'gpt-4o-mini'", id="none serves the model"
        ),
    ],
)
def test_without_a_provider_it_is_not_run(settings: dict[str, Any] | None, said: str) -> None:
    with provider() as fake, pytest.raises(FunctionError, match=said) as raised:
        asked(None if settings is None else fake, **(settings or {}))

    assert raised.value.is_refused
    assert raised.value.status != 500


def scored(name: str, **arguments: Any) -> Any:
    async def score() -> Any:
        scorers = GlobalScorers(OnlineScoring())
        try:
            return await scorers.score(name, arguments)
        finally:
            await scorers.close()

    return asyncio.run(score())


def test_a_scorer_of_all_projects_scores() -> None:
    found = scored("Levenshtein", output="a", expected="ab", metadata={"ignored": 1})

    assert found == {"name": "Levenshtein", "score": 0.5, "metadata": {}}


def test_one_that_fails_and_one_that_is_not_there_are_told_apart() -> None:
    with pytest.raises(FunctionError, match="requires an expected value") as failed:
        scored("Levenshtein", output="a")
    with pytest.raises(FunctionError, match="expected one of ExactMatch") as missing:
        scored("Factuality")

    assert (failed.value.status, missing.value.status) == (500, 404)


def test_the_configuration_counts() -> None:
    assert functions_config(load_settings()).python.enabled is False
