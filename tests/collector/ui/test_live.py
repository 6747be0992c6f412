"""Telling a page that something has changed."""

import asyncio
from typing import Any, cast

from starlette.requests import Request
from starlette.testclient import TestClient

from otel_bridge_collector.access import OWNER, asking
from otel_bridge_collector.ui.live import Live
from tests.support.api import Door, plane_of
from tests.support.rows import XACT, Asking

LIVE = "/app/o/p/p/logs/live"


def request() -> Request:
    return Request(
        {
            "type": "http",
            "method": "GET",
            "path": LIVE,
            "headers": [],
            "query_string": b"",
            "path_params": {"project": "p"},
        }
    )


def live_over(example: Asking, closing: asyncio.Event, most: int = 2) -> Live:
    plane = plane_of(example, Door(example))
    return Live(plane.objects, plane.reader, closing, most=most)


def test_a_stream_begins_with_what_is_newest(browser: TestClient) -> None:
    answer = browser.get(LIVE, params={"for_s": "0"})

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.count("event: changed") == 1


def test_a_project_that_is_not_there_has_no_stream(browser: TestClient) -> None:
    assert browser.get("/app/o/p/none/logs/live").status_code == 404


def test_a_change_is_told_once(example: Asking) -> None:
    async def listen() -> list[bytes]:
        answer = cast("Any", await live_over(example, closing := asyncio.Event()).changes(request()))
        parts = answer.body_iterator
        told = [await anext(parts), await anext(parts)]
        example.add({"project_id": example.project_id, "log_id": "g"}, {"id": "new", "xact": XACT + 1})
        told.append(await anext(parts))
        closing.set()
        return [*told, *[part async for part in parts]]

    with asking(OWNER):
        told = asyncio.run(listen())

    assert [part.startswith(b"event: changed") for part in told] == [False, True, True]


def test_every_stream_ends_with_the_process(example: Asking) -> None:
    async def listen() -> None:
        answer = cast("Any", await live_over(example, closing := asyncio.Event()).changes(request()))
        await anext(answer.body_iterator)
        closing.set()
        async with asyncio.timeout(20):
            assert [part async for part in answer.body_iterator] == []

    with asking(OWNER):
        asyncio.run(listen())


def test_beyond_the_limit_a_page_is_told_to_come_later_and_one_that_leaves_makes_room(
    example: Asking,
) -> None:
    async def listen() -> list[int]:
        live = live_over(example, asyncio.Event(), most=1)
        first = cast("Any", await live.changes(request()))
        await anext(first.body_iterator)
        refused = await live.changes(request())
        await first.body_iterator.aclose()
        return [refused.status_code, (await live.changes(request())).status_code]

    with asking(OWNER):
        assert asyncio.run(listen()) == [503, 200]
