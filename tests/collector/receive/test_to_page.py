"""A browser that asks the OTLP port for the page."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from otel_bridge_collector.receive.to_page import build_page_routes
from otel_bridge_collector.settings import Address


def asked(api: Address, url: str, *, is_tls: bool = False) -> str:
    client = TestClient(Starlette(routes=build_page_routes(api, is_tls=is_tls)), follow_redirects=False)
    response = client.get(url)
    assert response.status_code == 307
    return response.headers["location"]


@pytest.mark.parametrize(
    ("host", "url", "place"),
    [
        pytest.param("127.0.0.1", "http://127.0.0.1:14318/", "http://127.0.0.1:85/", id="entrance"),
        pytest.param("127.0.0.1", "http://localhost/app/a/p/b", "http://localhost:85/app/a/p/b", id="its name here"),
        pytest.param("0.0.0.0", "http://host/app/a", "http://host:85/app/a", id="its name elsewhere"),  # noqa: S104
        pytest.param("::", "http://[::1]:4318/app/a", "http://[::1]:85/app/a", id="version 6"),
        pytest.param("10.0.0.5", "http://127.0.0.1/app/a", "http://10.0.0.5:85/app/a", id="one address"),
        pytest.param("api.test", "http://127.0.0.1/app/a", "http://api.test:85/app/a", id="one name"),
        pytest.param(
            "127.0.0.1", "http://h/app/o/p/my%20a%2Fb/logs?oid=r&x=%2F", "http://h:85/app/o/p/my%20a%2Fb/logs?oid=r&x=%2F",
            id="as it was asked",
        ),
    ],
)  # fmt: skip
def test_is_led_to_the_same_path_on_its_port(host: str, url: str, place: str) -> None:
    assert asked(Address(host=host, port=85), url) == place


def test_is_led_there_over_tls() -> None:
    assert asked(Address(host="h", port=85), "http://h/app/a", is_tls=True) == "https://h:85/app/a"
