"""A run of the playground whose answers are told as they come: server-sent events, for the script of the page.

| event | data |
| --- | --- |
| `text` | `{"variant": letter, "text": ...}`: what came behind the text before |
| `page` | `{"html": ...}`: the page as it is without script, once all is there, or at once where something is wrong |
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Final, TypeAlias, TypeVar

from starlette.responses import Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.streamed import Streamed
from otel_bridge_collector.ui.values import visible

PART: Final = "run"
"""What the script asks for in the header for parts of pages."""

Tell: TypeAlias = Callable[[int, str], None]
"""Takes which run, from 0, and a piece of text that it gave."""

_HEADERS: Final = {
    "cache-control": "no-store",
    "x-accel-buffering": "no",
    "x-content-type-options": "nosniff",
}

Shown = TypeVar("Shown")


def streamed_run(
    run: Callable[[Tell], Awaitable[Shown]], letters: Sequence[str], page: Callable[[Shown], Response]
) -> Response:
    """Run, and answer with events.

    Args:
        run: begins when the answer does, and ends with who listens.
        letters: of the variants, in the order of the runs.
        page: makes the last event of what was run.
    """
    return Streamed(
        _events(run, letters, page),
        "a run of the playground",
        media_type="text/event-stream",
        headers=_HEADERS,
    )


async def _events(
    run: Callable[[Tell], Awaitable[Shown]], letters: Sequence[str], page: Callable[[Shown], Response]
) -> AsyncIterator[bytes]:
    waiting: dict[str, str] = {}  # no more than the answers, which have a limit
    more = asyncio.Event()

    def tell(at: int, text: str) -> None:
        waiting[letters[at]] = waiting.get(letters[at], "") + text
        more.set()

    async def ran() -> Shown:
        try:
            return await run(tell)
        finally:
            more.set()

    running = asyncio.create_task(ran())
    try:
        while waiting or not running.done():
            await more.wait()
            more.clear()
            for letter in list(waiting):
                yield _event("text", {"variant": letter, "text": visible(waiting.pop(letter))})
        yield _event("page", {"html": bytes(page(await running).body).decode()})
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


def _event(name: str, data: Mapping[str, Json]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()
