"""Sessions: a cookie stands for a key, on the page alone and for a while."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from otel_bridge_collector.ui.session import (
    MAX_OF_A_KEY,
    MAX_SESSIONS,
    SESSION_COOKIE,
    SESSION_S,
    SessionKeys,
    Sessions,
    is_page,
    keep_session,
)


def shown_key(request: Request) -> Response:
    response = PlainTextResponse(request.headers.get("authorization", "none"))
    keep_session(request, response, "secret")
    return response


def browser_of(sessions: Sessions, token: str, base_url: str = "http://testserver") -> TestClient:
    app = Starlette(routes=[Route("/{path:path}", shown_key)])
    return TestClient(SessionKeys(app, sessions), base_url=base_url, cookies={SESSION_COOKIE: token})


def test_the_page_sees_the_key_of_a_session() -> None:
    sessions = Sessions()

    assert browser_of(sessions, sessions.begin("k1")).get("/app").text == "Bearer k1"


@pytest.mark.parametrize("path", ["/btql", "/v1/project", "/logs3", "/application", "/v1/app"])
def test_the_api_sees_no_key_of_a_session(path: str) -> None:
    sessions = Sessions()

    assert browser_of(sessions, sessions.begin("k1")).get(path).text == "none"


def test_a_key_that_is_shown_counts_before_the_session() -> None:
    sessions = Sessions()
    browser = browser_of(sessions, sessions.begin("k1"))

    assert browser.get("/app", headers={"authorization": "Bearer k2"}).text == "Bearer k2"


@pytest.mark.parametrize("token", ["", "guessed"])
def test_a_cookie_of_no_session_is_no_key(token: str) -> None:
    sessions = Sessions()
    sessions.begin("k1")

    assert browser_of(sessions, token).get("/app").text == "none"


def test_the_cookies_of_other_programs_are_no_hindrance() -> None:
    sessions = Sessions()
    token = sessions.begin("secret")
    app = SessionKeys(Starlette(routes=[Route("/app", shown_key)]), sessions)

    answer = TestClient(app).get(
        "/app", headers={"cookie": f'prefs={{"a":1}}; a=1 2; {SESSION_COOKIE}={token}'}
    )

    assert answer.text == "Bearer secret"


def test_of_one_key_the_sessions_that_began_first_end_and_no_other_key_notices() -> None:
    sessions = Sessions()
    other = sessions.begin("other")
    tokens = [sessions.begin("one") for _ in range(MAX_SESSIONS + 5)]

    assert sessions.key_of(other) == "other"
    assert [sessions.key_of(token) for token in tokens[-MAX_OF_A_KEY - 1 : -MAX_OF_A_KEY + 1]] == [
        None,
        "one",
    ]


def test_a_session_ends_by_logging_out_and_by_time() -> None:
    now_s = 0.0
    sessions = Sessions(lambda: now_s)
    first, second = sessions.begin("k1"), sessions.begin("k2")

    sessions.end(first)
    known = [sessions.key_of(first), sessions.key_of(second)]
    now_s = SESSION_S

    assert [*known, sessions.key_of(second)] == [None, "k2", None]


def test_there_are_so_many_sessions_and_the_first_ends() -> None:
    sessions = Sessions()
    tokens = [sessions.begin(str(index)) for index in range(MAX_SESSIONS + 1)]

    assert [sessions.key_of(tokens[0]), sessions.key_of(tokens[1])] == [None, "1"]


@pytest.mark.parametrize(("scheme", "is_secure"), [("http", False), ("https", True)])
def test_no_script_reads_the_cookie_and_over_tls_it_stays_there(scheme: str, *, is_secure: bool) -> None:
    cookie = browser_of(Sessions(), "", f"{scheme}://testserver").get("/app").headers["set-cookie"].lower()

    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert ("; secure" in cookie) is is_secure


@pytest.mark.parametrize("path", ["/", "/app", "/app/local/p/x/logs", "/ui/login"])
def test_pages_are_known_by_their_path(path: str) -> None:
    assert is_page(path)
