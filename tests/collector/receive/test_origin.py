"""Pages of other origins."""

from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from otel_bridge_collector.receive.origin import Allowed, SameOriginOnly

CLIENT = TestClient(SameOriginOnly(PlainTextResponse("in")), base_url="http://127.0.0.1:8585")


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="a program"),
        pytest.param({"origin": "http://127.0.0.1:8585"}, id="a page of its own"),
        pytest.param({"origin": "https://Sidecar:1", "host": "sidecar:1"}, id="behind a proxy"),
    ],
)
def test_programs_and_pages_of_the_same_origin_come_in(headers: dict[str, str]) -> None:
    assert CLIENT.post("/logs3", headers=headers).text == "in"


@pytest.mark.parametrize(
    "origin",
    ["https://evil.com", "http://127.0.0.1", "http://127.0.0.1:8586", "http://localhost:8585", "null", ""],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "GET", "OPTIONS"])
def test_a_page_of_another_origin_is_refused(origin: str, method: str) -> None:
    answer = CLIENT.request(method, "/logs3", headers={"origin": origin})

    assert (answer.status_code, answer.json()["code"]) == (403, "originNotAllowed")
    assert "access-control-allow-origin" not in answer.headers


def test_one_foreign_origin_among_several_is_enough() -> None:
    headers = [("origin", "http://127.0.0.1:8585"), ("origin", "https://evil.com")]

    assert CLIENT.post("/", headers=headers).status_code == 403


PAGE = "https://app.example.com"
ALLOWING = TestClient(
    SameOriginOnly(
        PlainTextResponse("in", headers={"retry-after": "1"}),
        Allowed(
            origins=frozenset({PAGE}), paths=frozenset({"/v1/feedback"}), headers=("x-team",), max_age_s=60
        ),
    ),
    base_url="http://127.0.0.1:8585",
)


def preflight(path: str, origin: str = PAGE, **headers: str) -> Any:
    asked = {"origin": origin, "access-control-request-method": "POST", **headers}
    return ALLOWING.options(path, headers=asked)


def test_a_page_on_the_list_is_answered_and_may_read_it() -> None:
    answer = ALLOWING.post("/v1/feedback", headers={"origin": PAGE})

    assert (answer.text, answer.headers["access-control-allow-origin"]) == ("in", PAGE)
    assert answer.headers["access-control-expose-headers"] == "retry-after"
    assert answer.headers["vary"] == "origin"


def test_a_page_on_the_list_is_told_what_it_may_send() -> None:
    answer = preflight("/v1/feedback")

    assert (answer.status_code, answer.text) == (204, "")
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert answer.headers["access-control-allow-methods"] == "POST"
    assert {"content-type", "x-team"} <= set(answer.headers["access-control-allow-headers"].split(", "))
    assert answer.headers["access-control-max-age"] == "60"


def test_a_page_of_the_internet_may_ask_a_port_of_this_machine_where_it_is_on_the_list() -> None:
    wanted = {"access-control-request-private-network": "true"}

    assert preflight("/v1/feedback", **wanted).headers["access-control-allow-private-network"] == "true"
    assert "access-control-allow-private-network" not in preflight("/v1/feedback").headers


def test_no_page_may_send_what_a_browser_adds_by_itself() -> None:
    answers: list[Any] = [preflight("/v1/feedback"), ALLOWING.post("/v1/feedback", headers={"origin": PAGE})]

    assert not any("access-control-allow-credentials" in answer.headers for answer in answers)


@pytest.mark.parametrize(
    ("path", "origin"),
    [
        pytest.param("/btql", PAGE, id="another path"),
        pytest.param("/v1/feedback/", PAGE, id="a path that is longer"),
        pytest.param("/v1/feedback", "https://evil.com", id="another page"),
        pytest.param("/v1/feedback", "http://app.example.com", id="another scheme"),
        pytest.param("/v1/feedback", "https://app.example.com.evil.com", id="a longer name"),
        pytest.param("/v1/feedback", "null", id="a sandbox"),
    ],
)
def test_everything_else_is_refused_as_ever(path: str, origin: str) -> None:
    answers: list[Any] = [preflight(path, origin), ALLOWING.post(path, headers={"origin": origin})]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert not any("access-control-allow-origin" in answer.headers for answer in answers)


def test_a_page_on_the_list_beside_another_is_refused() -> None:
    headers = [("origin", PAGE), ("origin", "https://evil.com")]

    assert ALLOWING.post("/v1/feedback", headers=headers).status_code == 403
