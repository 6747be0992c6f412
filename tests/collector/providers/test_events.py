"""Server-sent events, however they are cut into pieces."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from otel_bridge_collector.providers.events import data_of, ends_stream, object_of, whole_events


def events_of(*pieces: bytes) -> list[bytes]:
    async def cut() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    async def run() -> list[bytes]:
        return [event async for event in whole_events(cut())]

    return asyncio.run(run())


@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"])
def test_events_are_the_same_at_every_cut(newline: bytes) -> None:
    whole = [b"event: a" + newline + b"data: 1" + newline * 2, b"data: 2" + newline * 2, b"data: 3"]
    text = b"".join(whole)

    for first in range(len(text)):
        for second in range(first, len(text)):
            assert [data_of(each) for each in events_of(text[:first], text[first:second], text[second:])] == [
                b"1", b"2", b"3",
            ]  # fmt: skip


def test_nothing_of_the_text_is_lost() -> None:
    pieces = [b": hello\n", b"\nda", b"ta: 1\n\n", b"rest"]

    assert b"".join(events_of(*pieces)) == b"".join(pieces)


@pytest.mark.parametrize(
    ("event", "value"),
    [
        (b'data: {"a":\ndata: 1}\n\n', {"a": 1}),
        (b"data: [DONE]\n\n", None),
        (b": a comment\n\n", None),
        (b"data: {\n\n", None),
        (b"data: [1]\n\n", None),
    ],
)
def test_an_event_holds_an_object_or_nothing(event: bytes, value: object) -> None:
    assert object_of(event) == value


@pytest.mark.parametrize(
    ("event", "ends"),
    [
        (b"data: [DONE]\n\n", True),
        (b'data: {"choices": [{"delta": {}, "finish_reason": "stop"}]}\n\n', True),
        (b'event: response.completed\ndata: {"type": "response.completed"}\n\n', True),
        (b'data: {"error": {"message": "overloaded"}}\n\n', True),
        (b'data: {"choices": [{"delta": {"content": "h"}, "finish_reason": null}]}\n\n', False),
        (b'data: {"choices": [], "usage": {}}\n\n', False),
        (b'data: {"choices": [1, null]}\n\n', False),
        (b'data: {"type": "response.created"}\n\n', False),
        (b": comment\n\n", False),
    ],
)
def test_what_ends_a_stream(event: bytes, ends: bool) -> None:  # noqa: FBT001 - a case
    assert ends_stream(event) is ends
