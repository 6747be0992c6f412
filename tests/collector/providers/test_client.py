"""Retries and fallbacks over real providers on loopback."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.config.load import Sources, load_config
from otel_bridge_collector.config.provider import Provider
from otel_bridge_collector.errors import NoProviderError, OverloadedError, ProviderError, SettingsError
from otel_bridge_collector.providers.circuit import OPEN_AFTER, REST_S
from otel_bridge_collector.providers.client import Providers, build_providers
from tests.support.provider import BREAK, HANG, HANG_IN_STREAM, NO_JSON, FakeProvider, Fault, provider

ASKED: dict[str, Json] = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": True}
T = TypeVar("T")


class Waits:
    """Remembers the waits instead of waiting."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def with_providers(
    use: Callable[[Providers], Awaitable[T]], wait: Waits | None = None, **settings: dict[str, Any]
) -> T:
    async def run() -> T:
        configured = {name: Provider.model_validate(each) for name, each in settings.items()}
        providers = Providers(configured, wait=wait or Waits())
        try:
            return await use(providers)
        finally:
            await providers.close()

    return asyncio.run(run())


async def said(providers: Providers) -> tuple[str, int]:
    async with await providers.complete(ASKED) as answer:
        return answer.provider, answer.status


def test_a_completion_is_read_whole_and_streamed() -> None:
    async def both(providers: Providers) -> tuple[Any, list[Any]]:
        async with await providers.complete(ASKED) as whole:
            told = await whole.json()
        async with await providers.complete(ASKED, stream=True) as streamed:
            return told, [event async for event in streamed.events()]

    with provider() as fake:
        told, events = with_providers(both, a={"base_url": fake.url})

    assert told["choices"][0]["message"]["content"] == "hi"
    assert "".join(event["choices"][0]["delta"].get("content", "") for event in events) == "hi"
    assert [asked.body.get("stream") for asked in fake.asked] == [None, True]


@pytest.mark.parametrize("operation", ["responses", "embeddings"])
def test_other_operations_have_a_path_of_their_own(operation: Any) -> None:
    async def ask(providers: Providers) -> None:
        await (await providers.complete({"model": "m", "input": "hi"}, operation=operation)).json()

    with provider() as fake:
        with_providers(ask, a={"base_url": fake.url})

    assert fake.asked[0].path == f"/v1/{operation}"


@pytest.mark.parametrize("fault", [(429, {}), (500, {}), (503, {}), (408, {}), BREAK, NO_JSON])
def test_what_may_pass_is_asked_again(fault: Fault) -> None:
    waits = Waits()
    with provider(fault, fault) as fake:
        assert with_providers(said, waits, a={"base_url": fake.url}) == ("a", 200)

    assert len(fake.asked) == 3
    assert [0.25 <= first <= second <= 1.0 for first, second in [waits.seconds]] == [True]


def test_a_provider_says_how_long_to_wait() -> None:
    waits = Waits()
    with provider((429, {"retry-after": "7"})) as fake:
        assert with_providers(said, waits, a={"base_url": fake.url}) == ("a", 200)

    assert waits.seconds == [7.0]


def test_nobody_waits_longer_than_is_configured() -> None:
    waits = Waits()
    with provider((429, {"retry-after": "60"})) as fake, provider() as other:
        found = with_providers(said, waits, a={"base_url": fake.url}, b={"base_url": other.url})

    assert (found, len(fake.asked), waits.seconds) == (("b", 200), 1, [])


@pytest.mark.parametrize("status", [400, 402, 413, 422])
def test_what_is_wrong_with_the_request_is_answered_at_once(status: int) -> None:
    with provider((status, {})) as fake, provider() as other:
        found = with_providers(said, a={"base_url": fake.url}, b={"base_url": other.url})

    assert (found, len(fake.asked), other.asked) == (("a", status), 1, [])


@pytest.mark.parametrize("fault", [(401, {}), (403, {}), (404, {}), (500, {}), BREAK, NO_JSON, HANG])
def test_the_next_provider_is_asked_for_what_one_cannot(fault: Fault) -> None:
    with provider(always=fault) as fake, provider() as other:
        settings = {"base_url": fake.url, "timeout": 2, "max_retries": 0}
        assert with_providers(said, a=settings, b={"base_url": other.url}) == ("b", 200)

    assert other.asked[0].body["model"] == "m"


def test_a_provider_that_is_away_holds_no_call_up() -> None:
    async def ask(providers: Providers) -> list[tuple[str, int]]:
        return [await said(providers) for _ in range(OPEN_AFTER + 2)]

    with provider(always=(500, {})) as fake, provider() as other:
        settings = {"base_url": fake.url, "max_retries": 0}
        found = with_providers(ask, a=settings, b={"base_url": other.url})

    assert (set(found), len(fake.asked)) == ({("b", 200)}, OPEN_AFTER)


def test_of_the_only_provider_it_is_said_when_it_is_asked_again() -> None:
    async def ask(providers: Providers) -> None:
        for _ in range(OPEN_AFTER):
            assert await said(providers) == ("a", 500)
        with pytest.raises(ProviderError, match=r"a counts as away.*asked again in \d+ s") as raised:
            await said(providers)
        assert raised.value.status == 503
        assert 0 < (raised.value.retry_after_s or 0) <= REST_S

    with provider(always=(500, {})) as fake:
        with_providers(ask, a={"base_url": fake.url, "max_retries": 0})


def test_what_is_refused_is_no_sign_that_a_provider_is_away() -> None:
    async def ask(providers: Providers) -> list[tuple[str, int]]:
        return [await said(providers) for _ in range(OPEN_AFTER + 2)]

    with provider(always=(400, {})) as fake:
        with_providers(ask, a={"base_url": fake.url})

    assert len(fake.asked) == OPEN_AFTER + 2


def test_after_a_reload_others_are_asked_and_calls_that_run_go_on() -> None:
    async def ask(providers: Providers, after: str) -> tuple[list[Any], tuple[str, int]]:
        async with await providers.complete(ASKED, stream=True) as running:
            await providers.reload({"b": Provider.model_validate({"base_url": after})})
            return [event async for event in running.events()], await said(providers)

    with provider() as fake, provider() as other:
        events, then = with_providers(lambda it: ask(it, other.url), a={"base_url": fake.url})

    assert (bool(events), then, len(fake.asked)) == (True, ("b", 200), 1)


def test_a_reload_leaves_alone_what_did_not_change() -> None:
    async def ask(providers: Providers, settings: dict[str, Any]) -> ProviderError:
        for _ in range(OPEN_AFTER):
            await said(providers)
        await providers.reload({"a": Provider.model_validate(settings)})
        with pytest.raises(ProviderError, match="counts as away") as raised:
            await said(providers)
        return raised.value

    with provider(always=(500, {})) as fake:
        settings: dict[str, Any] = {"base_url": fake.url, "max_retries": 0}
        with_providers(lambda it: ask(it, settings), a=settings)


def test_a_provider_that_hangs_is_not_asked_again() -> None:
    with provider(always=HANG) as fake, pytest.raises(ProviderError, match="silent"):
        with_providers(said, a={"base_url": fake.url, "timeout": 2})

    assert len(fake.asked) == 1


def test_when_nobody_can_the_answer_is_that_of_the_first() -> None:
    with provider(always=(429, {"retry-after": "60"})) as fake, provider(always=(404, {})) as other:
        assert with_providers(said, a={"base_url": fake.url}, b={"base_url": other.url}) == ("a", 429)


def test_a_stream_that_breaks_off_is_not_begun_again() -> None:
    async def ask(providers: Providers) -> None:
        async with await providers.complete(ASKED, stream=True) as answer:
            assert [event async for event in answer.events()] == []

    with provider(BREAK) as fake, pytest.raises(ProviderError, match="broke off"):
        with_providers(ask, a={"base_url": fake.url})

    assert len(fake.asked) == 1


def test_a_provider_with_too_much_to_do_hands_over_to_the_next() -> None:
    async def ask(providers: Providers) -> tuple[str, int]:
        async with await providers.complete(ASKED, stream=True):
            return await said(providers)

    with provider(HANG_IN_STREAM) as fake, provider() as other:
        settings = {"base_url": fake.url, "max_calls": 1}
        assert with_providers(ask, a=settings, b={"base_url": other.url}) == ("b", 200)

    with provider(HANG_IN_STREAM) as fake, pytest.raises(OverloadedError):
        with_providers(ask, a={"base_url": fake.url, "max_calls": 1})


def test_the_models_are_those_that_are_served_and_there() -> None:
    async def names(providers: Providers) -> list[object]:
        return [model["id"] for model in await providers.models()]

    def listed(fake: FakeProvider, **more: Any) -> list[object]:
        settings = {"base_url": fake.url, "models": ["gpt-*", "own"], **more}
        return with_providers(
            names, a=settings, b={"base_url": "http://127.0.0.1:1/v1", "models": ["far", "x*"]}
        )

    with provider() as fake:
        assert listed(fake) == ["gpt-4o-mini-2024-07-18", "own", "far"]
        assert listed(fake, models=["*"]) == ["gpt-4o-mini-2024-07-18", "text-embedding-3-small", "far"]


def test_without_any_model_the_provider_that_does_not_answer_is_named() -> None:
    with pytest.raises(ProviderError, match="the provider a cannot be reached"):
        with_providers(lambda providers: providers.models(), a={"base_url": "http://127.0.0.1:1/v1"})


def test_without_providers_it_is_said_what_to_configure() -> None:
    with pytest.raises(NoProviderError, match="name one under `providers`"):
        with_providers(said)


def test_certificates_that_cannot_be_used_are_found_at_the_start(tmp_path: Path) -> None:
    text = f"yaml:providers: {{a: {{base_url: 'https://a', tls: {{ca_file: {tmp_path / 'none.pem'}}}}}}}"

    with pytest.raises(SettingsError, match=r"cannot use the certificates .*none\.pem"):
        build_providers(load_config(Sources(files=[text])).config)
