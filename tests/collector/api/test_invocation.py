"""Calls of functions in process; what they ask of models is tried through `/function/invoke` (`test_functions`)."""

from collections.abc import AsyncGenerator

import anyio
import pytest
from starlette.requests import Request
from starlette.types import Message

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.invocation import value_of, while_heard
from otel_bridge_collector.functions.piece import FunctionError, Piece, Text, Value


async def pieces(*given: Piece) -> AsyncGenerator[Piece]:
    for each in given:
        yield each


def request(*, hangs_up: bool) -> Request:
    async def receive() -> Message:
        if not hangs_up:
            await anyio.sleep_forever()
        return {"type": "http.disconnect"}

    return Request({"type": "http", "method": "POST", "path": "/", "headers": []}, receive)


def test_a_call_gives_its_value() -> None:
    assert anyio.run(value_of, pieces(Text("h"), Value({"a": 1}))) == {"a": 1}


def test_a_caller_that_listens_hears_the_value() -> None:
    async def heard() -> Json:
        return await while_heard(request(hangs_up=False), value_of(pieces(Value("hi"))))

    assert anyio.run(heard) == "hi"


def test_a_call_ends_with_its_caller() -> None:
    ended: list[str] = []

    async def endless() -> str:
        try:
            await anyio.sleep_forever()
        finally:
            ended.append("ended")
        return ""

    async def left() -> str | None:
        return await while_heard(request(hangs_up=True), endless())

    assert anyio.run(left) is None
    assert ended == ["ended"]


def test_what_failed_is_raised_by_itself() -> None:
    async def failing() -> str:
        raise FunctionError("told")

    async def heard() -> str | None:
        return await while_heard(request(hangs_up=False), failing())

    with pytest.raises(FunctionError, match="told"):
        anyio.run(heard)
