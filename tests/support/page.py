"""The web page over the example rows, asked in process; and what a browser does with its forms."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import httpx
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from otel_bridge_collector.access import OWNER, asking
from otel_bridge_collector.ui.routes import Reach, build_ui_routes
from otel_bridge_collector.ui.session import Sessions
from tests.support.api import Door, plane_of
from tests.support.rows import Asking


def page_of(example: Asking) -> TestClient:
    """A browser before the pages of a store; nobody needs a key, and nothing is taken in."""
    routes = build_ui_routes(
        plane_of(example, Door(example)),
        Reach(ingest=cast("Any", None), invoker=cast("Any", None)),
        sessions=Sessions(),
        check_key=cast("Any", None),
        endpoint=lambda _: "http://127.0.0.1:4318",
        closing=asyncio.Event(),
    )
    pages = Starlette(routes=routes)

    async def asked_by_the_owner(scope: Scope, receive: Receive, send: Send) -> None:
        with asking(OWNER):  # as the ports do where no key is needed
            await pages(scope, receive, send)

    return TestClient(asked_by_the_owner)


def form_token(text: str) -> str:
    """What the forms of a page carry."""
    found = re.search(r'name="form_token" value="([^"]+)"', text)
    assert found, text
    return found[1]


def asks_first(text: str, action: str) -> bool:
    """Tell whether a page has a form that sends to `action`, all of them behind a question that one opens."""
    asked: list[str] = re.findall(r'<details class="ask">(?:(?!</details>).)*</details>', text, re.DOTALL)
    return text.count(f'action="{action}"') == sum(each.count(f'action="{action}"') for each in asked) > 0


@contextmanager
def logged_in(api: str, key: str) -> Iterator[httpx.Client]:
    """A browser that has logged in with a key."""
    with httpx.Client(base_url=api, timeout=60) as browser:
        token = form_token(browser.get("/ui/login").text)
        answer = browser.post("/ui/login", data={"key": key, "form_token": token})
        assert answer.status_code == 303, answer.text
        yield browser
