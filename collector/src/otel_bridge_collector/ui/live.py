"""Telling a page that the logs of a project have changed, by server-sent events; the page then asks for what it shows.

An event says that there is something newer, never what: rows reach a page on one way alone, through its own URL.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.api.streamed import Streamed
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.syntax import Path, Query, Sorted
from otel_bridge_collector.store.objects import Objects
from otel_bridge_collector.ui.listing import of_object
from otel_bridge_collector.ui.lookup import find_project

MAX_LISTENERS: Final = 32
"""Of all projects; whoever comes then is told to come later, and has a table that stands still."""

LISTEN_S: Final = 300.0
"""A stream ends then. The browser asks again by itself, and its key is looked at anew."""

LOOK_S: Final = 1.0
_BEAT_S: Final = 15.0
_HEADERS: Final = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-accel-buffering": "no",
}


@dataclass(slots=True, kw_only=True)
class _Seen:
    newest: str
    told_s: float


class Live:
    """Streams of changes; for one event loop."""

    def __init__(
        self, objects: Objects, reader: Reader, closing: asyncio.Event, *, most: int = MAX_LISTENERS
    ) -> None:
        """Look for changes.

        Args:
            objects: projects, as the caller of the running request sees them.
            reader: runs queries.
            closing: set when the process is about to end: every stream ends with it.
            most: streams at a time.
        """
        self._objects = objects
        self._reader = reader
        self._closing = closing
        self._most = most
        self._listeners = 0

    async def changes(self, request: Request) -> Response:
        """Stream an event at once and after each change; `for_s` of the query ends the stream earlier."""
        project = find_project(self._objects, request.path_params["project"])
        if self._listeners >= self._most or self._closing.is_set():
            headers = {"retry-after": "30"}
            return Response("too many pages listen", HTTPStatus.SERVICE_UNAVAILABLE, headers=headers)
        newest = of_object("project_logs", project.id, None, fields=("_xact_id",), limit=1)
        by_change = (Sorted(expression=Path(parts=("_xact_id",)), descending=True),)
        query = replace(newest, sort=by_change)
        events = self._events(query, _seconds(request.query_params.get("for_s", "")))
        return Streamed(events, "a page that listens", media_type="text/event-stream", headers=_HEADERS)

    async def _events(self, query: Query, listen_s: float) -> AsyncIterator[bytes]:
        self._listeners += 1
        try:
            end_s = time.monotonic() + listen_s
            seen = _Seen(newest="", told_s=0.0)
            yield b"retry: 3000\n\n"
            while not self._closing.is_set():
                if event := self._event(seen, await self._newest(query)):
                    yield event
                if time.monotonic() >= end_s:
                    return
                await self._pause()
        finally:
            self._listeners -= 1

    def _event(self, seen: _Seen, newest: str | None) -> bytes:
        now_s = time.monotonic()
        if newest is not None and (newest != seen.newest or not seen.told_s):
            seen.newest, seen.told_s = newest, now_s
            return f"event: changed\ndata: {newest}\n\n".encode()
        if now_s - seen.told_s >= _BEAT_S:  # a proxy in between would think that nobody is there
            seen.told_s = now_s
            return b":\n\n"
        return b""

    async def _newest(self, query: Query) -> str | None:
        """Return the newest transaction, empty where there is none; None where that cannot be told now."""
        try:
            rows = (await self._reader.read(query)).answer.data
        except QueryError:  # too many queries are running: the next look will tell
            return None
        return str(rows[0].get("_xact_id", "")) if rows else ""

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(LOOK_S):
                await self._closing.wait()
        except TimeoutError:
            return


def _seconds(given: str) -> float:
    return min(float(given), LISTEN_S) if given.isdecimal() else LISTEN_S
