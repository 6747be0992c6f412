"""A run whose answers are told as they come."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence

import anyio
from starlette.responses import HTMLResponse, Response
from starlette.testclient import TestClient
from starlette.types import Message

from otel_bridge_collector.ui.playground_stream import Tell, streamed_run

Run = Callable[[Tell], Awaitable[str]]


def events_of(run: Run, letters: Sequence[str] = "ab") -> list[tuple[str, dict[str, str]]]:
    answer = TestClient(streamed_run(run, letters, HTMLResponse)).get("/")
    assert answer.headers["content-type"].startswith("text/event-stream")
    parts = [part.split("\n") for part in answer.text.split("\n\n")[:-1]]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in parts]


def test_texts_come_with_their_variant_and_the_page_comes_last() -> None:
    async def run(tell: Tell) -> str:
        tell(0, "one\n\ntwo")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        tell(1, "ä")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        tell(0, "three")
        return "<p>all</p>"

    assert events_of(run) == [
        ("text", {"variant": "a", "text": "one\n\ntwo"}),
        ("text", {"variant": "b", "text": "ä"}),
        ("text", {"variant": "a", "text": "three"}),
        ("page", {"html": "<p>all</p>"}),
    ]


def test_what_gives_no_text_gives_the_page() -> None:
    async def run(_: Tell) -> str:
        return "none"

    assert events_of(run) == [("page", {"html": "none"})]


def test_texts_that_come_faster_than_they_are_read_are_one_and_hide_nothing() -> None:
    async def run(tell: Tell) -> str:
        for text in ("a", "b", "\u202e"):
            tell(0, text)
        return ""

    assert events_of(run)[0] == ("text", {"variant": "a", "text": "ab⟨U+202E⟩"})


def test_a_run_ends_with_who_listens() -> None:
    assert asyncio.run(ended_with_who_listens()) == b"begun"


async def ended_with_who_listens() -> bytes:
    """Hang up once a text has come; return what the run noted when it ended."""
    noted: list[bytes] = []

    async def run(tell: Tell) -> str:
        tell(0, "begun")
        try:
            await asyncio.Event().wait()
        finally:
            noted.append(b"begun")
        return ""

    begun = asyncio.Event()

    async def send(message: Message) -> None:
        if message.get("body"):
            begun.set()

    async def receive() -> Message:
        await begun.wait()
        return {"type": "http.disconnect"}

    answer: Response = streamed_run(run, "a", lambda _: Response())
    with anyio.fail_after(20):
        await answer({"type": "http", "asgi": {"spec_version": "2.3"}}, receive, send)

    return b"".join(noted)
