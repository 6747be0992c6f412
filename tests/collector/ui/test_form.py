"""Forms: only those of our own pages are taken."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from otel_bridge_collector.api.errors import EXCEPTION_HANDLERS
from otel_bridge_collector.ui.form import FORM_COOKIE, form_token, keep_form_token, read_form


async def show(request: Request) -> Response:
    token = form_token(request)
    response = Response(token)
    keep_form_token(request, response, token)
    return response


async def take(request: Request) -> Response:
    return JSONResponse(await read_form(request))


@pytest.fixture
def client() -> TestClient:
    routes = [Route("/", show, methods=["GET"]), Route("/", take, methods=["POST"])]
    return TestClient(Starlette(routes=routes, exception_handlers=EXCEPTION_HANDLERS))


def test_a_form_of_our_page_is_taken(client: TestClient) -> None:
    token = client.get("/").text

    assert client.post("/", data={"form_token": token, "a": "1", "b": ""}).json() == {"a": "1", "b": ""}


@pytest.mark.parametrize("token", ["", "guessed", "ü"])
def test_a_form_with_another_token_is_refused(client: TestClient, token: str) -> None:
    client.get("/")

    assert client.post("/", data={"form_token": token}).json()["code"] == "formRefused"


def test_a_form_without_the_cookie_is_refused(client: TestClient) -> None:
    token = client.get("/").text
    client.cookies.clear()

    assert client.post("/", data={"form_token": token}).status_code == 403


def test_a_large_form_is_refused(client: TestClient) -> None:
    token = client.get("/").text

    assert client.post("/", data={"form_token": token, "a": "x" * 100_000}).status_code == 413


def test_no_script_reads_the_cookie_and_no_other_page_sends_it(client: TestClient) -> None:
    cookie = client.get("/").headers["set-cookie"].lower()

    assert FORM_COOKIE in cookie
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
