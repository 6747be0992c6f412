"""The HTTP client of the control plane."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from otel_bridge.control.http import Http
from otel_bridge.errors import ControlError
from tests.support.control_plane import ControlPlane, control_plane
from tests.support.listening import listening


@pytest.fixture
def plane() -> Iterator[ControlPlane]:
    with control_plane() as running:
        yield running


def test_a_request_carries_the_key(plane: ControlPlane) -> None:
    answer = Http("k\n", 5).request("POST", f"{plane.url}/v1/project", json={"name": "p"})

    assert answer["id"] == "id of p"
    assert plane.requests[0][2]["authorization"] == "Bearer k"


def test_a_signed_url_does_not_see_the_key(plane: ControlPlane) -> None:
    Http("k", 5).put(f"{plane.url}/put/a", b"bytes", {"x-signed": "yes"})

    headers = plane.requests[0][2]
    assert "authorization" not in headers
    assert (headers["x-signed"], plane.uploads) == ("yes", {"a": b"bytes"})


def test_a_failure_that_may_pass_is_tried_again(plane: ControlPlane) -> None:
    plane.failures = [503]

    Http(None, 5).request("POST", f"{plane.url}/v1/project", json={"name": "p"})

    assert len(plane.requests) == 2


def test_a_refusal_is_not_tried_again(plane: ControlPlane) -> None:
    plane.failures = [403]

    with pytest.raises(ControlError, match="answered with 403") as raised:
        Http("secret", 5).request("GET", f"{plane.url}/path?secret=1")

    assert "secret" not in str(raised.value)
    assert len(plane.requests) == 1


@pytest.mark.parametrize(
    ("status", "said"),
    [
        pytest.param(401, "set OTEL_BRIDGE_API_KEY, or BRAINTRUST_API_KEY", id="no key"),
        pytest.param(403, "set OTEL_BRIDGE_API_KEY, or BRAINTRUST_API_KEY", id="a key for something else"),
        pytest.param(404, "set OTEL_BRIDGE_API_URL", id="no API"),
        pytest.param(400, "answered with 400: Bad Request$", id="nothing to set"),
    ],
)
def test_a_refusal_says_what_to_set(plane: ControlPlane, status: int, said: str) -> None:
    plane.failures = [status]

    with pytest.raises(ControlError, match=said):
        Http("k", 5).request("POST", f"{plane.url}/attachment")


def test_the_words_of_who_refuses_are_passed_on() -> None:
    async def answer(_: Request) -> Response:
        return JSONResponse({"error": "this key may only write"}, 403)

    with (
        listening(Starlette(routes=[Route("/", answer)])) as url,
        pytest.raises(
            ControlError, match=r"answered with 403: this key may only write; set OTEL_BRIDGE_API_KEY"
        ),
    ):
        Http("k", 5).request("GET", url)


@pytest.mark.parametrize(
    ("said", "has_hint"),
    [
        pytest.param(
            {"Message": "there is no function", "error": "x", "code": "notFound"}, False, id="an API"
        ),
        pytest.param({"error": "no such thing"}, False, id="an API with fewer words"),
        pytest.param({"code": 5, "message": "there is no /btql here"}, True, id="an OTLP port"),
        pytest.param("Not Found", True, id="something else"),
    ],
)
def test_what_an_api_has_not_is_no_question_of_its_address(said: object, has_hint: bool) -> None:  # noqa: FBT001 - a case
    async def answer(_: Request) -> Response:
        return JSONResponse(said, 404)

    with (
        listening(Starlette(routes=[Route("/", answer)])) as url,
        pytest.raises(ControlError, match="answered with 404") as raised,
    ):
        Http("k", 5).request("GET", url)

    assert ("if that is no API" in str(raised.value)) is has_hint


def test_a_plane_that_is_away_is_told_by_kind() -> None:
    with pytest.raises(ControlError, match=r"ConnectionError.*is the sidecar running\?") as raised:
        Http(None, 5).request("GET", "http://127.0.0.1:9/secret")

    assert raised.value.__suppress_context__
