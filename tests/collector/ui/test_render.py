"""Templates to answers: nothing in them is HTML but ours."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.errors import ForbiddenError, QueryError, SpoolFullError
from otel_bridge_collector.ui.render import as_page, error_page


def client_of(error: Exception) -> TestClient:
    async def fail(request: Request) -> Response:
        del request
        raise error

    return TestClient(Starlette(routes=[Route("/", as_page(fail))]))


@pytest.mark.parametrize(
    ("error", "status"),
    [
        pytest.param(RequestError("gone <b>", code="notFound", status=404), 404, id="request"),
        pytest.param(ForbiddenError("not yours <b>"), 403, id="forbidden"),
        pytest.param(QueryError("wrong <b>"), 400, id="query"),
        pytest.param(QueryError("slow <b>", code="queryTimeout"), 408, id="query that took too long"),
        pytest.param(SpoolFullError("full <b>"), 503, id="spool"),
    ],
)
def test_an_error_is_a_page_with_its_status_and_its_text(error: Exception, status: int) -> None:
    answer = client_of(error).get("/")

    assert answer.status_code == status
    assert f"{error}".replace("<b>", "&lt;b&gt;") in answer.text


def test_a_refusal_that_may_pass_says_when_to_come_again() -> None:
    assert client_of(SpoolFullError("full")).get("/").headers["retry-after"] == "10"


def test_a_page_may_run_and_fetch_our_own_files_alone() -> None:
    async def show(request: Request) -> Response:
        return error_page(request, 200, "m")

    headers = TestClient(Starlette(routes=[Route("/", show)])).get("/").headers

    assert headers["content-security-policy"].startswith(
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self';"
    )
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
