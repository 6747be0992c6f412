"""Pages of other origins."""

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from otel_bridge_collector.receive.origin import SameOriginOnly

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
