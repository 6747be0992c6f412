"""Requests of the command line, to what answers and what does not."""

import socket
import threading
from collections.abc import Awaitable, Callable
from http.server import HTTPServer, SimpleHTTPRequestHandler

import click
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from otel_bridge_collector.cli.api_client import ask
from tests.support.listening import listening


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


def test_what_answers_without_json_is_no_sidecar() -> None:
    with HTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        with pytest.raises(click.ClickException, match="is no sidecar"):
            ask(f"http://127.0.0.1:{server.server_port}", "GET", "/nosuch")
        thread.join()
