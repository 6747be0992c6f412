"""The routes of the page."""

from starlette.requests import Request
from starlette.testclient import TestClient

from otel_bridge_collector.settings import Address
from otel_bridge_collector.ui.routes import OtlpPlace


def request(host: str) -> Request:
    headers = [(b"host", host.encode())]
    return Request(
        {
            "type": "http",
            "scheme": "http",
            "method": "GET",
            "path": "/",
            "headers": headers,
            "query_string": b"",
        }
    )


def test_the_port_leads_to_the_page(browser: TestClient) -> None:
    assert browser.get("/").url.path == "/app"


def test_the_style_is_our_own_file(browser: TestClient) -> None:
    answer = browser.get("/ui/style.css")

    assert answer.headers["content-type"].startswith("text/css")
    assert "prefers-color-scheme" in answer.text


def test_otlp_is_where_the_port_really_is_by_the_name_that_was_used() -> None:
    place = OtlpPlace(is_tls=True, address=Address(host="0.0.0.0", port=4318))  # noqa: S104 - nothing listens

    assert place.url(request("sidecar.example:8585")) == "https://sidecar.example:4318"
    assert place.url(request("[::1]:8585")) == "https://[::1]:4318"


def test_before_the_port_is_open_the_api_takes_otlp() -> None:
    assert OtlpPlace(is_tls=False).url(request("127.0.0.1:8585")) == "http://127.0.0.1:8585/otel"
