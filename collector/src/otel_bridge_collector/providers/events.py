"""Server-sent events of providers: bytes as they come to whole events, and what an event holds. It reads no socket.

Source: HTML Living Standard, "Server-sent events"; OpenAI API reference, "Streaming": `data: {...}` and at last `data: [DONE]`.
"""

import re
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from typing import Final, cast

import orjson

from otel_bridge.contract.row import Json

DONE: Final = b"[DONE]"
_LAST_TYPES: Final = frozenset({"response.completed", "response.incomplete", "response.failed", "error"})
_END: Final = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_LINE: Final = re.compile(rb"\r\n|\n|\r")


async def whole_events(pieces: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """Yield each event with the empty line that ends it; what is left at the end comes last as it is."""
    kept = bytearray()
    async for piece in pieces:
        searched = max(len(kept) - 3, 0)  # an end may begin in the piece before
        kept += piece
        begin = 0
        while match := _END.search(kept, max(begin, searched)):
            yield bytes(kept[begin : match.end()])
            begin = match.end()
        del kept[:begin]
    if kept:
        yield bytes(kept)


def data_of(event: bytes) -> bytes:
    """Return the data of an event; empty where it has none, as a comment has."""
    lines = [line[5:].removeprefix(b" ") for line in _LINE.split(event) if line.startswith(b"data:")]
    return b"\n".join(lines)


def object_of(event: bytes) -> Mapping[str, Json] | None:
    """Return the JSON object of an event; None where it holds none."""
    data = data_of(event)
    if not data or data == DONE:
        return None
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    return cast("Mapping[str, Json]", value) if isinstance(value, dict) else None


def ends_stream(event: bytes) -> bool:
    """Tell whether nothing has to come behind an event: `[DONE]`, a reason to finish, the end of a response, or an error.

    A stream that ends before one of these was cut off, also where the connection was closed as if it were whole.
    """
    if data_of(event) == DONE:
        return True
    value = object_of(event)
    if value is None:
        return False
    choices = value.get("choices")
    reasons = (
        [each.get("finish_reason") for each in choices if isinstance(each, dict)]
        if isinstance(choices, list)
        else []
    )
    return any(reasons) or value.get("type") in _LAST_TYPES or bool(value.get("error"))
