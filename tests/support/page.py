"""The web page over the example rows, asked in process; and what a browser does with its forms."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import httpx
from starlette.applications import Starlette
from starlette.testclient import TestClient

from otel_bridge_collector.api.routes import Plane
from otel_bridge_collector.store.attachments import Attachments
from otel_bridge_collector.store.feedback_secrets import FeedbackSecrets
from otel_bridge_collector.store.xact import XactClock
from otel_bridge_collector.ui.routes import build_ui_routes
from otel_bridge_collector.ui.session import Sessions
from tests.support.api import Door, caught_up_at_once
from tests.support.rows import Asking


def page_of(example: Asking) -> TestClient:
    """A browser before the pages of a store; nobody needs a key, and nothing is taken in."""
    door = Door(example)
    plane = Plane(
        store=example.store,
        objects=example.objects,
        attachments=Attachments(example.folder / "attachments"),
        feedback_secrets=FeedbackSecrets(example.folder / "feedback.json"),
        caught_up=caught_up_at_once,
        keep_rows=door.keep,
        row_fault=lambda _: "",
        masked=lambda fields: fields,
        next_xact=XactClock(0).next,
    )
    routes = build_ui_routes(
        plane,
        cast("Any", None),
        sessions=Sessions(),
        check_key=cast("Any", None),
        endpoint=lambda _: "http://127.0.0.1:4318",
    )
    return TestClient(Starlette(routes=routes))


def form_token(text: str) -> str:
    """What the forms of a page carry."""
    found = re.search(r'name="form_token" value="([^"]+)"', text)
    assert found, text
    return found[1]


@contextmanager
def logged_in(api: str, key: str) -> Iterator[httpx.Client]:
    """A browser that has logged in with a key."""
    with httpx.Client(base_url=api, timeout=60) as browser:
        token = form_token(browser.get("/ui/login").text)
        answer = browser.post("/ui/login", data={"key": key, "form_token": token})
        assert answer.status_code == 303, answer.text
        yield browser
