"""What `invoke(stream=True)` returns: the answer of a function piece by piece, and what the pieces come to.

Source: `braintrust` 0.47.0 SDK, `functions.stream`, measured (spec/evaluate.md section 5.2, spec/wire.md section 9).
"""

import asyncio
import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal, Self, TypeAlias, cast

from otel_bridge.control.events import Event
from otel_bridge.errors import BraintrustInvokeError, ControlError


@dataclass
class BraintrustTextChunk:
    """A piece of a text."""

    data: str
    type: Literal["text_delta"] = "text_delta"


@dataclass
class BraintrustJsonChunk:
    """A piece of a JSON text."""

    data: str
    type: Literal["json_delta"] = "json_delta"


@dataclass
class BraintrustErrorChunk:
    """Why the function failed."""

    data: str
    type: Literal["error"] = "error"


@dataclass
class BraintrustConsoleChunk:
    """A line that the function printed."""

    message: str
    stream: Literal["stderr", "stdout"]
    type: Literal["console"] = "console"


@dataclass
class BraintrustProgressChunk:
    """A piece of what something inside of the function gives."""

    data: str
    id: str
    object_type: str
    format: str
    output_type: str
    name: str
    event: Literal["json_delta", "text_delta", "reasoning_delta"]
    type: Literal["progress"] = "progress"


BraintrustStreamChunk: TypeAlias = (
    BraintrustTextChunk
    | BraintrustJsonChunk
    | BraintrustErrorChunk
    | BraintrustConsoleChunk
    | BraintrustProgressChunk
)

_PROGRESS: Final = ("data", "id", "object_type", "format", "output_type", "name", "event")
_END: Final = object()
_NOT_YET: Final = object()


class BraintrustStream:
    """The pieces of an answer, each once: `for`, `async for` and `final_value` use them up.

        for chunk in invoke(project_name="shop", slug="answer", input="?", stream=True):
            if chunk.type == "text_delta":
                print(chunk.data, end="")

    Args:
        base_stream: the pieces.
    """

    def __init__(self, base_stream: Iterable[BraintrustStreamChunk]) -> None:
        self.stream = base_stream
        self._final: Any = _NOT_YET
        self._reading: asyncio.Task[object] | None = None

    def copy(self) -> "BraintrustStream":
        """Return a stream of the pieces that this one has not given yet; both give them all."""
        self.stream, other = itertools.tee(self.stream)
        return BraintrustStream(other)

    def final_value(self) -> Any:
        """Return what the pieces come to, and wait for all of them: the JSON value, else the text, else None.

        Raises:
            BraintrustInvokeError: the function failed.
            ControlError: the answer broke off, or makes no sense.
            ValueError: the pieces of JSON are no JSON.
        """
        if self._final is _NOT_YET:
            self._final = parse_stream(self)
        return self._final

    async def final_value_async(self) -> Any:
        """Return the same without blocking the event loop."""
        return await asyncio.to_thread(self.final_value)

    def __iter__(self) -> Iterator[BraintrustStreamChunk]:
        yield from self.stream

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> BraintrustStreamChunk:
        # A wait that is cancelled leaves the read to the next one: no piece is lost.
        if self._reading is None:
            self._reading = asyncio.create_task(asyncio.to_thread(self._next))
        reading = self._reading
        try:
            found = await asyncio.shield(reading)
        finally:
            if reading.done():
                self._reading = None
        if found is _END:
            raise StopAsyncIteration
        return cast("BraintrustStreamChunk", found)

    def _next(self) -> object:
        self.stream = pieces = iter(self.stream)
        return next(pieces, _END)


def parse_stream(stream: BraintrustStream) -> Any:
    """Return what the pieces of a stream come to; see `BraintrustStream.final_value`."""
    texts: list[str] = []
    fragments: list[str] = []
    for chunk in stream:
        match chunk:
            case BraintrustTextChunk():
                texts.append(chunk.data)
            case BraintrustJsonChunk():
                fragments.append(chunk.data)
            case BraintrustErrorChunk():
                raise BraintrustInvokeError(chunk.data)
            case BraintrustConsoleChunk() | BraintrustProgressChunk():
                pass
    if fragments:
        return json.loads("".join(fragments))
    return "".join(texts) if texts else None


def chunks_of(events: Iterable[Event]) -> Iterator[BraintrustStreamChunk]:
    """Yield the pieces in events; those of other names are passed over.

    Raises:
        ControlError: an event has not the fields that its name stands for.
    """
    for event in events:
        try:
            chunk = _chunk(event)
        except (ValueError, TypeError, KeyError) as error:
            raise ControlError(
                f"an event {event.name} of the stream cannot be read ({type(error).__name__})"
            ) from None
        if chunk is not None:
            yield chunk


def _chunk(event: Event) -> BraintrustStreamChunk | None:
    match event.name:
        case "text_delta":
            return BraintrustTextChunk(str(json.loads(event.data)))
        case "json_delta":
            return BraintrustJsonChunk(event.data)
        case "error":
            return BraintrustErrorChunk(str(json.loads(event.data)))
        case "console":
            told = json.loads(event.data)
            return BraintrustConsoleChunk(message=told["message"], stream=told["stream"])
        case "progress":
            told = json.loads(event.data)
            return BraintrustProgressChunk(**{name: told[name] for name in _PROGRESS})
        case _:
            return None
