"""One call of one provider that answers, hangs, breaks off or is not there."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest

from otel_bridge_collector.config.provider import Provider
from otel_bridge_collector.errors import OverloadedError, ProviderError
from otel_bridge_collector.providers.endpoint import BrokenError, Call, Endpoint
from tests.support.provider import BREAK, HANG, HANG_IN_STREAM, MUCH, FakeProvider, Fault, provider

CALL = Call(path="chat/completions", body=b'{"model": "m"}')
STREAM = Call(path="chat/completions", body=b'{"model": "m", "stream": true}', is_streamed=True)

T = TypeVar("T")


def with_endpoint(url: str, use: Callable[[Endpoint], Awaitable[T]], **settings: Any) -> T:
    async def run() -> T:
        endpoint = Endpoint("p", Provider.model_validate({"base_url": url, **settings}))
        try:
            return await use(endpoint)
        finally:
            await endpoint.close()

    return asyncio.run(run())


async def whole(endpoint: Endpoint) -> bytes:
    return await (await endpoint.ask(CALL)).read()


async def streamed(endpoint: Endpoint) -> bytes:
    return await (await endpoint.ask(STREAM)).read()


def asked(fake: FakeProvider, use: Callable[[Endpoint], Awaitable[T]], **settings: Any) -> T:
    return with_endpoint(fake.url, use, **settings)


def test_the_key_and_headers_go_along_and_nothing_else_of_ours() -> None:
    with provider() as fake:
        asked(fake, whole, api_key="sk-1", headers={"x-team": "t"})

    (request,) = fake.asked
    assert (request.path, request.body) == ("/v1/chat/completions", {"model": "m"})
    assert request.headers["authorization"] == "Bearer sk-1"
    assert request.headers["x-team"] == "t"


def test_a_stream_comes_while_the_provider_still_talks() -> None:
    async def first(endpoint: Endpoint) -> bytes:
        async with await endpoint.ask(STREAM) as answer:
            return await anext(answer.pieces)

    with provider(HANG_IN_STREAM) as fake:
        assert b'"content": "h"' in asked(fake, first)
        assert fake.gone.wait(10)


def test_whoever_stops_waiting_ends_the_call() -> None:
    async def leave(endpoint: Endpoint) -> None:
        task = asyncio.create_task(endpoint.ask(CALL))
        await asyncio.to_thread(fake.came.wait, 10)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.to_thread(fake.gone.wait, 10)
        assert (await endpoint.ask(CALL)).is_good  # its place is free again

    with provider(HANG) as fake:
        asked(fake, leave, max_calls=1)
        assert fake.gone.is_set()


@pytest.mark.parametrize(
    ("fault", "use", "settings", "error", "status", "message"),
    [
        pytest.param(HANG, whole, {"timeout": 2}, ProviderError, 504, "silent for 2 s", id="hangs"),
        pytest.param(
            HANG, whole, {"max_duration": 2}, ProviderError, 504, "longer than 2 s", id="takes too long"
        ),
        pytest.param(
            HANG_IN_STREAM,
            streamed,
            {"timeout": 2},
            ProviderError,
            504,
            "silent for 2 s",
            id="in a stream",
        ),
        pytest.param(BREAK, whole, {}, BrokenError, 502, "broke off in the middle", id="dies"),
        pytest.param(BREAK, streamed, {}, BrokenError, 502, "broke off in the middle", id="dies in a stream"),
        pytest.param(
            MUCH, whole, {"max_response_size": 1000}, ProviderError, 502, "more than 1000 bytes", id="large"
        ),
        pytest.param((401, {}), whole, {}, ProviderError, 502, r"providers\.p\.api_key", id="our key"),
        pytest.param(
            (302, {"location": "http://127.0.0.1:1"}),
            whole,
            {},
            ProviderError,
            502,
            "elsewhere",
            id="redirect",
        ),
    ],
)
def test_what_is_no_answer_is_an_error_that_says_so(
    fault: Fault,
    use: Callable[[Endpoint], Awaitable[Any]],
    settings: dict[str, Any],
    error: type[ProviderError],
    status: int,
    message: str,
) -> None:
    async def failing(endpoint: Endpoint) -> None:
        with pytest.raises(error, match=message) as raised:
            await use(endpoint)
        assert (type(raised.value), raised.value.status) == (error, status)
        assert (await endpoint.ask(CALL)).is_good  # and its place is free again

    with provider(fault) as fake:
        asked(fake, failing, max_calls=1, **settings)


def test_a_provider_that_is_away_is_named_without_its_key(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(BrokenError, match="the provider p cannot be reached: ConnectError") as raised:
        with_endpoint("http://127.0.0.1:1/v1", whole, api_key="sk-secret")

    assert "sk-secret" not in f"{raised.value} {raised.value.__cause__} {caplog.text}"


def test_no_more_calls_run_than_may() -> None:
    async def two(endpoint: Endpoint) -> None:
        async with await endpoint.ask(STREAM):
            with pytest.raises(OverloadedError, match="max_calls"):
                await endpoint.ask(CALL)

    with provider(HANG_IN_STREAM) as fake:
        asked(fake, two, max_calls=1)
    assert len(fake.asked) == 1
