"""Requests of the command line, to what answers and what does not."""

import socket
import threading
from collections.abc import Awaitable, Callable
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

import click
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from otel_bridge_collector.cli.api_client import ask, default_url, fault_message
from tests.support.listening import listening
from tests.support.receivers import receiving


def answering(status: int, body: object) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        said = await request.json() if request.method == "POST" else None
        return JSONResponse({"said": said, **body} if isinstance(body, dict) else body, status_code=status)

    return answer


def app(status: int, body: object) -> Starlette:
    return Starlette(routes=[Route("/x", answering(status, body), methods=["GET", "POST"])])


def test_an_answer_comes_with_its_status() -> None:
    with listening(app(404, {"Message": "no"})) as url:
        assert ask(f"{url}/", "GET", "/x") == (404, {"said": None, "Message": "no"})


def test_a_body_is_sent_as_json() -> None:
    with listening(app(200, {})) as url:
        assert ask(url, "POST", "/x", {"a": 1}) == (200, {"said": {"a": 1}})


def test_what_answers_with_a_list_is_no_sidecar() -> None:
    with listening(app(200, [])) as url, pytest.raises(click.ClickException, match="is no sidecar"):
        ask(url, "GET", "/x")


def test_a_missing_sidecar_is_told_how_to_start() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    with pytest.raises(click.ClickException, match="start one with: otel-bridge-collector serve"):
        ask(f"http://127.0.0.1:{port}", "GET", "/")


def test_what_is_no_address_is_said_so() -> None:
    with pytest.raises(click.ClickException, match="cannot ask nonsense"):
        ask("nonsense", "GET", "/")


def test_a_url_without_its_scheme_is_shown_with_one() -> None:
    with pytest.raises(click.ClickException, match=r"Write --url http://127\.0\.0\.1:8585$"):
        ask("127.0.0.1:8585", "GET", "/x")


def test_the_port_of_grpc_is_said_to_be_no_api(tmp_path: Path) -> None:
    with (
        receiving(tmp_path) as receivers,
        pytest.raises(click.ClickException, match="perhaps the port of gRPC; the API has one of its own"),
    ):
        ask(f"http://{receivers.grpc}", "GET", "/x")


def test_what_answers_without_json_is_no_sidecar() -> None:
    with HTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        with pytest.raises(click.ClickException, match="is no sidecar"):
            ask(f"http://127.0.0.1:{server.server_port}", "GET", "/nosuch")
        thread.join()


@pytest.mark.parametrize(
    ("listening_on", "url"),
    [
        pytest.param("127.0.0.1:1234", "http://127.0.0.1:1234", id="this machine"),
        pytest.param("sidecar:1234", "http://sidecar:1234", id="name"),
        pytest.param("[::1]:1234", "http://[::1]:1234", id="IPv6"),
        pytest.param("0.0.0.0:1234", "http://127.0.0.1:1234", id="every address"),
        pytest.param("[::]:1234", "http://[::1]:1234", id="every IPv6 address"),
        pytest.param("https://sidecar:1234", "https://sidecar:1234", id="a URL"),
    ],
)
def test_the_default_is_where_the_sidecar_listens(
    monkeypatch: pytest.MonkeyPatch, listening_on: str, url: str
) -> None:
    monkeypatch.setenv("OTEL_BRIDGE_API", listening_on)

    assert default_url() == url


@pytest.mark.parametrize(
    ("variables", "url"),
    [
        pytest.param(
            {"BRAINTRUST_API_URL": "http://sidecar:85/"}, "http://sidecar:85", id="where apps find it"
        ),
        pytest.param(
            {"BRAINTRUST_API_URL": "http://other", "OTEL_BRIDGE_API": "sidecar:85"},
            "http://sidecar:85",
            id="ours first",
        ),
        pytest.param(
            {"BRAINTRUST_API_URL": "https://api.braintrust.dev"},
            "http://127.0.0.1:8585",
            id="Braintrust itself",
        ),
        pytest.param({"BRAINTRUST_API_URL": ""}, "http://127.0.0.1:8585", id="empty"),
    ],
)
def test_the_address_of_apps_stands_in(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], url: str
) -> None:
    monkeypatch.delenv("OTEL_BRIDGE_API", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert default_url() == url


def test_a_default_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BRIDGE_API", "nowhere")

    with pytest.raises(click.ClickException, match=r"OTEL_BRIDGE_API: .*expected HOST:PORT"):
        default_url()


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        pytest.param({"Message": "no such span", "error": "x"}, "no such span", id="the API"),
        pytest.param({"code": 5, "message": "there is no /btql here"}, "there is no /btql here", id="an OTLP port"),
        pytest.param({"detail": "gone"}, "{'detail': 'gone'}", id="something else"),
    ],
)  # fmt: skip
def test_a_fault_is_told_in_the_words_of_what_answered(answer: dict[str, object], message: str) -> None:
    assert fault_message(answer) == message
