"""Forms: only those of our own pages are taken."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from otel_bridge_collector.api.errors import EXCEPTION_HANDLERS, RequestError
from otel_bridge_collector.ui.form import (
    FORM_COOKIE,
    MAX_FORM_BYTES,
    form_bytes,
    form_token,
    keep_form_token,
    read_fields,
    read_form,
    see_that_it_fits,
)


async def show(request: Request) -> Response:
    token = form_token(request)
    response = Response(token)
    keep_form_token(request, response, token)
    return response


async def take(request: Request) -> Response:
    return JSONResponse(await read_form(request))


async def take_much(request: Request) -> Response:
    fields = await read_fields(request, max_bytes=MAX_FORM_BYTES)
    return JSONResponse([[name, len(text)] for name, text in fields])


@pytest.fixture
def client() -> Iterator[TestClient]:
    routes = [
        Route("/", show, methods=["GET"]),
        Route("/", take, methods=["POST"]),
        Route("/much", take_much, methods=["POST"]),
    ]
    with TestClient(Starlette(routes=routes, exception_handlers=EXCEPTION_HANDLERS)) as opened:
        yield opened


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


def test_a_form_at_the_limit_is_taken_and_one_byte_more_is_not(client: TestClient) -> None:
    begin = urlencode({"form_token": client.get("/").text, "a": ""})
    room = MAX_FORM_BYTES - len(begin)

    at, above = (client.post("/much", content=begin + "x" * size) for size in (room, room + 1))

    assert at.json() == [["a", room]]
    assert (above.status_code, "this form has more than 10,240 KiB" in above.json()["Message"]) == (413, True)


def test_a_form_of_very_many_fields_is_refused(client: TestClient) -> None:
    body = urlencode({"form_token": client.get("/").text}) + "&" * 10_000

    assert "more than 10,000 fields" in client.post("/much", content=body).text


@pytest.mark.parametrize("before", range(3))
def test_escapes_of_a_large_form_are_read_wherever_they_stand(client: TestClient, before: int) -> None:
    text = "x" * before + "é" * 100_000
    token = client.get("/").text

    sent = client.post("/much", data={"form_token": token, "a": text}).json()

    assert sent == [["a", len(text)]]


@pytest.mark.parametrize("body", ["a=%zz%", "a", "&&a=&b=1=2", "a=%ff+%C3%A9&a=2"])
def test_a_form_is_read_as_the_library_reads_it(client: TestClient, body: str) -> None:
    token = client.get("/").text

    sent = client.post("/", content=f"{body}&{urlencode({'form_token': token})}").json()

    assert sent == dict(parse_qsl(body, keep_blank_values=True))


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r~*")))
def test_what_a_browser_sends_of_a_text_is_known_before(text: str) -> None:
    sent = urlencode({"": text.replace("\n", "\r\n")})

    assert form_bytes(text) == len(sent) - 1


def test_texts_that_a_form_has_no_room_for_are_not_shown_in_one() -> None:
    see_that_it_fits("this record", ["x" * (MAX_FORM_BYTES // 4), "x"], "use the API")

    with pytest.raises(RequestError, match=r"this record is too large .* 12\.0 MiB of it, and 10 MiB"):
        see_that_it_fits("this record", ['"' * (4 << 20)], "use the API")


def test_no_script_reads_the_cookie_and_no_other_page_sends_it(client: TestClient) -> None:
    cookie = client.get("/").headers["set-cookie"].lower()

    assert FORM_COOKIE in cookie
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
