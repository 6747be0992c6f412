"""A form that comes when its session is over, with a real sidecar."""

import html
import re
from collections.abc import Iterator

import httpx
import pytest

from otel_bridge_collector.ui.interrupted import fields_of_kept, may_be_sent
from tests.support.collector import Collector, running_collector
from tests.support.keys import make_key, revoke_key
from tests.support.page import form_token, logged_in
from tests.support.prompts import project_id

TYPED = 'Say "{{a}}" & <b>\n\ttwice</b>'


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    with running_collector(tmp_path_factory.mktemp("page") / "data") as running:
        project_id(running.api, "p", make_key(running.data_dir, "write", "read"))
        yield running


def hidden(text: str) -> list[tuple[str, str]]:
    """The hidden fields of the forms of a page."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', text)
    return [(html.unescape(name), html.unescape(value)) for name, value in found]


def stopped(collector: Collector, browser: httpx.Client, key: str, **changed: str) -> httpx.Response:
    """Send a prompt with a session whose key is revoked meanwhile."""
    token = form_token(browser.get("/app/local/p/p/prompt").text)
    revoke_key(collector.data_dir, key)
    fields = {
        "project": "p",
        "name": "Kept",
        "role": "user",
        "content": TYPED,
        "form_token": token,
        **changed,
    }
    came_from = {"referer": f"{collector.api}/app/local/p/p/prompt?prompt="}
    return browser.post("/ui/prompt", data=fields, headers=came_from)


def log_in(collector: Collector, browser: httpx.Client, shown: str, key: str = "") -> httpx.Response:
    return browser.post(
        "/ui/login",
        data={**dict(hidden(shown)), "key": key or make_key(collector.data_dir, "read", "write")},
    )


def test_what_was_typed_is_sent_after_somebody_has_logged_in(collector: Collector) -> None:
    key = make_key(collector.data_dir, "read", "write")
    with logged_in(collector.api, key) as browser:
        asked = stopped(collector, browser, key)
        wrong = log_in(collector, browser, asked.text, "wrong")
        again = log_in(collector, browser, wrong.text)
        sent = browser.post("/ui/prompt", data=dict(hidden(again.text)))
        made = browser.get(f"{sent.headers['location']}")

    assert (asked.status_code, wrong.status_code) == (401, 401)
    assert "www-authenticate" in asked.headers
    assert 'action="/ui/prompt"' in again.text
    assert html.escape(TYPED, quote=False).replace('"', "&#34;") in again.text
    assert (sent.status_code, "Prompt <bdi>Kept</bdi>" in made.text) == (303, True)


def test_who_leaves_the_form_comes_to_the_page_that_it_was_on(collector: Collector) -> None:
    key = make_key(collector.data_dir, "read", "write")
    with logged_in(collector.api, key) as browser:
        again = log_in(collector, browser, stopped(collector, browser, key).text).text

    assert '<a href="/app/local/p/p/prompt?prompt=">Leave it</a>' in again


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"form_token": "guessed"}, id="another page"),
        pytest.param({"content": "x" * (300 << 10)}, id="too large"),
        pytest.param({"content": "é*" * (40 << 10)}, id="too large once it is written"),
    ],
)
def test_what_cannot_be_kept_is_not_shown_and_that_is_said(
    collector: Collector, changed: dict[str, str]
) -> None:
    key = make_key(collector.data_dir, "read", "write")
    with logged_in(collector.api, key) as browser:
        asked = stopped(collector, browser, key, **changed)
        after = log_in(collector, browser, asked.text)

    assert "go back, where the browser has what was typed" in asked.text
    assert 'name="kept"' not in asked.text
    assert after.headers["location"] == "/app/local/p/p/prompt?prompt="


def test_who_never_logged_in_has_nothing_kept(collector: Collector) -> None:
    with httpx.Client(base_url=collector.api) as browser:
        token = form_token(browser.get("/ui/login").text)
        asked = browser.post("/ui/prompt", data={"name": "x", "form_token": token})

    assert (asked.status_code, 'name="kept"' in asked.text) == (401, False)


@pytest.mark.parametrize(
    "action", ["//elsewhere.example/", "https://e.example", "/ui/login", "/v1/prompt", ""]
)
def test_a_form_is_sent_to_a_page_of_ours_alone(collector: Collector, action: str) -> None:
    with httpx.Client(base_url=collector.api) as browser:
        shown = browser.get("/ui/login").text
        fields = {**dict(hidden(shown)), "action": action, "kept": "a=b"}
        answer = browser.post(
            "/ui/login", data={**fields, "key": make_key(collector.data_dir, "read", "write")}
        )

    assert (may_be_sent(action), answer.status_code) == (False, 303)


def test_fields_come_back_in_their_order_and_as_often_as_they_were() -> None:
    assert fields_of_kept("role=a&content=&role=b&content=x%0D%0Ay") == [
        ("role", "a"),
        ("content", ""),
        ("role", "b"),
        ("content", "x\r\ny"),
    ]
