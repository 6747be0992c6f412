"""Answers in parts, to readers that take them and one that does not."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from starlette.types import Message

from otel_bridge_collector.api.streamed import Streamed


class Parts:
    """Parts of a body; `ended` is set when nothing is held for them any more."""

    def __init__(self) -> None:
        self.ended = asyncio.Event()

    async def give(self) -> AsyncGenerator[bytes]:
        try:
            yield b"a"
            yield b"b"
        finally:
            self.ended.set()


async def receive() -> Message:
    await asyncio.Event().wait()
    raise AssertionError("nobody hangs up")


def test_a_reader_that_takes_the_parts_gets_them_all() -> None:
    async def sent() -> list[Message]:
        messages: list[Message] = []

        async def send(message: Message) -> None:
            messages.append(message)

        answer = Streamed(Parts().give(), "a test", media_type="text/x", headers={"x-own": "1"})
        await answer({"type": "http"}, receive, send)
        return messages

    start, *parts = asyncio.run(sent())

    assert (b"x-own", b"1") in start["headers"]
    assert b"".join(part["body"] for part in parts) == b"ab"
    assert not parts[-1]["more_body"]


def test_one_that_takes_nothing_is_hung_up_on(caplog: pytest.LogCaptureFixture) -> None:
    async def sent() -> list[Message]:
        messages: list[Message] = []

        async def send(message: Message) -> None:
            if message["type"] == "http.response.body":
                await asyncio.Event().wait()
            messages.append(message)

        parts = Parts()
        answer = Streamed(parts.give(), "a test", media_type="text/x", headers={}, stalled_s=0.05)
        await answer({"type": "http"}, receive, send)
        return messages

    assert [message["type"] for message in asyncio.run(sent())] == ["http.response.start"]
    assert "a test was given up: its reader took nothing for 0.05 s" in caplog.text


def test_what_goes_wrong_with_the_parts_passes_through() -> None:
    async def broken() -> AsyncGenerator[bytes]:
        raise LookupError("broken")
        yield b""

    async def send(message: Message) -> None:
        del message

    answer = Streamed(broken(), "a test", media_type="text/x", headers={})
    with pytest.raises((LookupError, ExceptionGroup)):
        asyncio.run(answer({"type": "http"}, receive, send))
