"""Answers, read in each way."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from otel_bridge_collector.errors import ProviderError
from otel_bridge_collector.providers.answer import Answer


class Ended:
    """Counts how often a call was ended."""

    def __init__(self) -> None:
        self.times = 0

    async def __call__(self) -> None:
        self.times += 1


def answer(
    *pieces: bytes, status: int = 200, retry_after: str = "", media_type: str = "text/event-stream"
) -> tuple[Answer, Ended]:
    async def come() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    ended = Ended()
    headers = {"retry-after": retry_after} if retry_after else {}
    headers["content-type"] = media_type
    return Answer(provider="p", status=status, headers=headers, pieces=come(), end=ended), ended


def test_a_whole_answer_ends_the_call() -> None:
    given, ended = answer(b'{"a"', b": 1}")

    assert asyncio.run(given.json()) == {"a": 1}
    assert ended.times == 1


@pytest.mark.parametrize(("body", "message"), [(b"<html>", "no JSON"), (b"[1]", "no object")])
def test_what_is_no_object_is_told(body: bytes, message: str) -> None:
    with pytest.raises(ProviderError, match=message):
        asyncio.run(answer(body)[0].json())


def test_a_refusal_has_the_status_and_the_words_of_the_provider() -> None:
    with pytest.raises(ProviderError, match="the provider p answered 429: slow down") as raised:
        asyncio.run(answer(b"slow down", status=429, retry_after="7")[0].json())

    assert (raised.value.status, raised.value.retry_after_s) == (429, 7.0)


def test_events_are_given_one_by_one_without_the_end() -> None:
    async def run() -> list[object]:
        given, _ = answer(b'data: {"a": 1}\n\nda', b'ta: {"a": 2}\n\ndata: [DONE]\n\n')
        async with given:
            return [event async for event in given.events()]

    assert asyncio.run(run()) == [{"a": 1}, {"a": 2}]


def test_a_context_ends_the_call_of_an_answer_that_nobody_reads() -> None:
    async def run() -> int:
        given, ended = answer(b"a")
        async with given:
            pass
        return ended.times

    assert asyncio.run(run()) == 1


@pytest.mark.parametrize(
    ("body", "media_type", "message"),
    [
        pytest.param(
            b'data: {"a": 1}\n\n', "text/event-stream", "its stream ended too early", id="ends early"
        ),
        pytest.param(b"", "text/event-stream", "its stream ended too early", id="nothing"),
        pytest.param(
            b'{"a": 1}', "application/json; charset=utf-8", "answered no event stream", id="no stream"
        ),
    ],
)
def test_a_stream_that_is_none_or_is_cut_is_told(body: bytes, media_type: str, message: str) -> None:
    async def run() -> list[object]:
        given, _ = answer(body, media_type=media_type)
        return [event async for event in given.events()]

    with pytest.raises(ProviderError, match=message):
        asyncio.run(run())
