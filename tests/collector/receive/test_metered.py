"""Requests with rows, of who has something left and who has not."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from otel_bridge_collector.metrics.catalog import REFUSED_REQUESTS
from otel_bridge_collector.quota.quotas import Quotas
from otel_bridge_collector.receive.metered import Metered
from otel_bridge_collector.receive.otlp_http import refuse_request
from otel_bridge_collector.receive.rules import ROWS, Rules
from otel_bridge_collector.telemetry import Counters
from tests.support.quotas import Clock, key, quotas_of


async def answer(request: Request) -> Response:
    return PlainTextResponse(await request.body())


ROUTES = [Route(path, answer, methods=[method]) for method, path in (*sorted(ROWS), ("POST", "/btql"))]
PATHS = [path.replace("{object_id}", "x") for _, path in sorted(ROWS)]


@pytest.fixture
def counters() -> Counters:
    return Counters()


@pytest.fixture
def quotas() -> Quotas:
    return quotas_of(Clock(), access=lambda: key("k"), spans_per_second=10, burst=1)


@pytest.fixture
def client(quotas: Quotas, counters: Counters) -> TestClient:
    app = Starlette(routes=ROUTES)
    return TestClient(Metered(app, quotas, Rules(ROUTES), refuse_request, counters))


@pytest.mark.parametrize("path", PATHS)
def test_rows_pass_up_to_the_quota_and_are_told_when_to_come_back_beyond(
    client: TestClient, quotas: Quotas, path: str
) -> None:
    quotas.take(None, size_bytes=0, spans=9)
    within = client.post(path, content="rows")
    quotas.take(None, size_bytes=0, spans=11)

    beyond = client.post(path, content="rows")

    assert (within.status_code, within.text) == (200, "rows")
    assert (beyond.status_code, beyond.headers["retry-after"]) == (429, "2")


def test_who_may_send_no_more_may_still_ask(client: TestClient, quotas: Quotas) -> None:
    quotas.take(None, size_bytes=0, spans=10)

    assert client.post("/btql").status_code == 200


def test_refusals_are_counted(client: TestClient, quotas: Quotas, counters: Counters) -> None:
    quotas.take(None, size_bytes=0, spans=10)

    client.post("/logs3")

    assert counters.values(REFUSED_REQUESTS) == {("http", "quota"): 1}
