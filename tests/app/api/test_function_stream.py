"""Streams of functions, beside those of the real SDK."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import braintrust
import pytest
from braintrust.functions.stream import BraintrustInvokeError as RealInvokeError

import otel_bridge
from otel_bridge import BraintrustStream, BraintrustTextChunk
from otel_bridge.api.function_stream import chunks_of
from otel_bridge.control.events import Event
from otel_bridge.errors import BraintrustInvokeError, ControlError

SDKS = pytest.mark.parametrize(
    "sdk", [pytest.param(otel_bridge, id="ours"), pytest.param(braintrust, id="real")]
)


def stream_of(sdk: Any, *pieces: tuple[str, str], is_list: bool = False) -> Any:
    kinds = {
        "text": sdk.BraintrustTextChunk,
        "json": sdk.BraintrustJsonChunk,
        "error": sdk.BraintrustErrorChunk,
        "console": lambda data: sdk.BraintrustConsoleChunk(message=data, stream="stdout"),
    }
    chunks = [kinds[kind](data) for kind, data in pieces]
    return sdk.BraintrustStream(chunks if is_list else (each for each in chunks))


@SDKS
@pytest.mark.parametrize(
    ("pieces", "value"),
    [
        pytest.param([("text", "a"), ("text", "b")], "ab", id="text"),
        pytest.param([("json", '{"a"'), ("json", ":1}")], {"a": 1}, id="json"),
        pytest.param([("text", "a"), ("json", "1")], 1, id="json counts more than text"),
        pytest.param([("console", "x")], None, id="what is printed is no value"),
        pytest.param([], None, id="nothing"),
    ],
)
def test_what_the_pieces_come_to(sdk: Any, pieces: list[tuple[str, str]], value: object) -> None:
    stream = stream_of(sdk, *pieces)

    assert stream.final_value() == value
    assert stream.final_value() == value
    assert asyncio.run(stream.final_value_async()) == value


@SDKS
def test_iterating_uses_the_pieces_up(sdk: Any) -> None:
    stream = stream_of(sdk, ("text", "a"), ("text", "b"))

    assert [chunk.data for chunk in stream] == ["a", "b"]
    assert stream.final_value() is None


@SDKS
def test_a_list_can_be_iterated_again(sdk: Any) -> None:
    stream = stream_of(sdk, ("text", "a"), is_list=True)

    assert [len(list(stream)), len(list(stream)), stream.final_value()] == [1, 1, "a"]


@SDKS
def test_a_copy_gives_everything_once_more(sdk: Any) -> None:
    stream = stream_of(sdk, ("text", "a"), ("text", "b"))
    copy = stream.copy()

    assert [chunk.type for chunk in stream] == ["text_delta"] * 2
    assert (stream.final_value(), copy.final_value()) == (None, "ab")


@SDKS
def test_a_copy_in_the_middle_gives_the_rest(sdk: Any) -> None:
    stream = stream_of(sdk, ("text", "a"), ("text", "b"), ("text", "c"))

    async def read() -> tuple[list[str], str]:
        first = await anext(stream)
        copy = stream.copy()
        return [first.data, *[chunk.data async for chunk in stream]], await copy.final_value_async()

    assert asyncio.run(read()) == (["a", "b", "c"], "bc")


@pytest.mark.parametrize(
    ("sdk", "error"),
    [
        pytest.param(otel_bridge, BraintrustInvokeError, id="ours"),
        pytest.param(braintrust, RealInvokeError, id="real"),
    ],
)
def test_a_failure_raises_at_the_end_and_is_a_piece_before(sdk: Any, error: type[Exception]) -> None:
    stream = stream_of(sdk, ("text", "a"), ("error", "no"))
    copy = stream.copy()

    assert [chunk.type for chunk in copy] == ["text_delta", "error"]
    with pytest.raises(error, match="no"):
        stream.final_value()


@SDKS
def test_what_is_no_json_raises(sdk: Any) -> None:
    with pytest.raises(ValueError, match="Expecting"):
        stream_of(sdk, ("json", "{")).final_value()


@SDKS
def test_a_wait_that_is_cancelled_loses_no_piece(sdk: Any) -> None:
    go_on = threading.Event()

    def pieces() -> Iterator[Any]:
        go_on.wait(20)
        yield sdk.BraintrustTextChunk("a")

    async def read() -> list[str]:
        stream = sdk.BraintrustStream(pieces())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(stream), 0.01)
        go_on.set()
        return [chunk.data async for chunk in stream]

    assert asyncio.run(read()) == ["a"]


def test_an_error_while_reading_passes_through() -> None:
    def pieces() -> Iterator[BraintrustTextChunk]:
        yield BraintrustTextChunk("a")
        raise ControlError("broke off")

    async def read() -> None:
        async for _ in BraintrustStream(pieces()):
            pass

    with pytest.raises(ControlError, match="broke off"):
        asyncio.run(read())


def test_events_become_pieces_and_others_are_passed_over() -> None:
    progress = '{"data":"d","id":"i","object_type":"task","format":"llm","output_type":"completion","name":"n","event":"text_delta","more":1}'
    events = [
        Event("start", ""),
        Event("text_delta", '"a"'),
        Event("json_delta", "{"),
        Event("console", '{"message":"m","stream":"stderr"}'),
        Event("progress", progress),
        Event("error", '"e"'),
        Event("done", ""),
    ]

    found = list(chunks_of(events))

    assert [chunk.type for chunk in found] == ["text_delta", "json_delta", "console", "progress", "error"]


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(Event("text_delta", "no json"), id="no json"),
        pytest.param(Event("console", '{"message":"m"}'), id="a member is missing"),
        pytest.param(Event("console", "1"), id="another type"),
    ],
)
def test_an_event_that_cannot_be_read_is_told(event: Event) -> None:
    check: Callable[[], object] = lambda: list(chunks_of([event]))  # noqa: E731 - to be called below

    with pytest.raises(ControlError, match=f"an event {event.name} of the stream cannot be read"):
        check()
