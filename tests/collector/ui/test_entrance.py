"""Logging in and the first trace, with a real sidecar."""

from collections.abc import Iterator

import httpx
import pytest

from otel_bridge_collector.ui.session import SESSION_COOKIE
from tests.support.collector import Collector, running_collector
from tests.support.keys import make_key, revoke_key
from tests.support.page import form_token, logged_in

pytestmark = pytest.mark.one_python


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    with running_collector(tmp_path_factory.mktemp("page") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def key(collector: Collector) -> str:
    return make_key(collector.data_dir, "read", "ingest")


def test_who_has_no_key_is_asked_for_one_and_led_on(collector: Collector, key: str) -> None:
    with httpx.Client(base_url=collector.api) as browser:
        asked = browser.get("/app", headers={"accept": "text/html"})
        fields = {"key": key, "to": "/app", "form_token": form_token(asked.text)}
        answer = browser.post("/ui/login", data=fields)

        assert asked.status_code == 401
        assert 'type="password"' in asked.text
        assert answer.headers["location"] == "/app"
        assert browser.get("/app").status_code == 200


def test_a_wrong_key_begins_no_session(collector: Collector, key: str) -> None:
    del key  # one is there, so that every request needs one
    with httpx.Client(base_url=collector.api) as browser:
        token = form_token(browser.get("/ui/login").text)
        answer = browser.post("/ui/login", data={"key": "wrong", "form_token": token})

        assert (answer.status_code, SESSION_COOKIE in answer.headers.get("set-cookie", "")) == (401, False)
        assert "wrong" not in answer.text


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example", "//elsewhere.example", "/app//x", "/app\r\nx: y", ""]
)
def test_nobody_is_led_to_another_place(collector: Collector, key: str, target: str) -> None:
    with httpx.Client(base_url=collector.api) as browser:
        token = form_token(browser.get("/ui/login").text)
        answer = browser.post("/ui/login", data={"key": key, "to": target, "form_token": token})

        assert answer.headers["location"] == "/app"


def test_the_session_is_good_for_the_page_alone(collector: Collector, key: str) -> None:
    with logged_in(collector.api, key) as browser:
        answers = [browser.get(path).status_code for path in ("/app", "/v1/project")]

        assert answers == [200, 401]


def test_logging_out_ends_the_session_itself(collector: Collector, key: str) -> None:
    with logged_in(collector.api, key) as browser:
        cookie = browser.cookies[SESSION_COOKIE]
        browser.post("/ui/logout", data={"form_token": form_token(browser.get("/app").text)})
        answer = httpx.get(f"{collector.api}/app", cookies={SESSION_COOKIE: cookie})

        assert answer.status_code == 401


def test_a_test_trace_is_sent_and_shown(collector: Collector, key: str) -> None:
    with logged_in(collector.api, key) as browser:
        token = form_token(browser.get("/app").text)
        shown = browser.post("/ui/test-trace", data={"form_token": token}, follow_redirects=True)

        assert shown.status_code == 200
        assert "Trace, 2 spans" in shown.text
        assert shown.text.count("<rect") == 2


def test_a_test_trace_is_not_sent_by_a_form_of_another_page(collector: Collector, key: str) -> None:
    with logged_in(collector.api, key) as browser:
        elsewhere = {"origin": "https://elsewhere.example"}
        token = form_token(browser.get("/app").text)
        refused = [
            browser.post("/ui/test-trace", data={"form_token": "guessed"}),
            browser.post("/ui/test-trace", data={"form_token": token}, headers=elsewhere),
        ]

        assert [answer.status_code for answer in refused] == [403, 403]


def test_a_key_that_may_not_read_is_told_where_it_is_asked_for(collector: Collector, key: str) -> None:
    del key
    writes_only = make_key(collector.data_dir, "ingest")
    with httpx.Client(base_url=collector.api, timeout=60) as browser:
        token = form_token(browser.get("/ui/login").text)
        answer = browser.post("/ui/login", data={"key": writes_only, "form_token": token})

    assert answer.status_code == 403
    assert "needs a key with the scope read, and this one has ingest" in answer.text
    assert "otel_bridge_session" not in answer.headers.get("set-cookie", "")


def test_a_key_that_may_do_everything_is_let_in(collector: Collector) -> None:
    with logged_in(collector.api, make_key(collector.data_dir, "admin")) as browser:
        assert browser.get("/app").status_code == 200


def test_a_key_that_is_revoked_ends_its_session(collector: Collector, key: str) -> None:
    del key
    secret = make_key(collector.data_dir, "read")
    with logged_in(collector.api, secret) as browser:
        before = browser.get("/app").status_code
        revoke_key(collector.data_dir, secret)

        assert (before, browser.get("/app").status_code) == (200, 401)


@pytest.mark.parametrize(
    ("path", "field", "hint"),
    [
        pytest.param("login", "keys", "key may be meant", id="log in"),
        pytest.param("logout", "to", "it has none", id="log out"),
        pytest.param("test-trace", "name", "it has none", id="test trace"),
    ],
)
def test_a_field_that_a_form_does_not_have_is_told(
    collector: Collector, key: str, path: str, field: str, hint: str
) -> None:
    with logged_in(collector.api, key) as browser:
        token = form_token(browser.get("/app").text)
        answer = browser.post(f"/ui/{path}", data={field: "x", "form_token": token})

        assert answer.status_code == 400
        assert f"this form has no field &#34;{field}&#34;" in answer.text
        assert hint in answer.text
        assert browser.get("/app").status_code == 200
