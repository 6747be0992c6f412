"""The door of an HTTP port, in front of an application that tells who it thinks is asking."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from otel_bridge_collector.access import Scope, current_access
from otel_bridge_collector.metrics.catalog import REFUSED_REQUESTS
from otel_bridge_collector.receive.admission import Admission
from otel_bridge_collector.receive.auth import MAX_FAILURES, Authenticator
from otel_bridge_collector.receive.guard import Guard
from otel_bridge_collector.receive.otlp_http import refuse_request
from otel_bridge_collector.receive.rules import ANY, OPEN, READ, Rules
from otel_bridge_collector.store.keys import KeyRing
from otel_bridge_collector.store.objects import Objects
from otel_bridge_collector.telemetry import Counters


async def whoami(request: Request) -> Response:
    del request
    access = current_access()
    return JSONResponse({"scopes": sorted(access.scopes), "projects": sorted(access.projects or ["all"])})


def whoami_on_a_thread(request: Request) -> Response:
    """Endpoints that are no coroutines run on a thread."""
    del request
    return JSONResponse(sorted(current_access().scopes))


ROUTES = [Route(path, whoami) for path in ("/open", "/any", "/read")] + [Route("/thread", whoami_on_a_thread)]
RULES = Rules(
    ROUTES, {("GET", "/open"): OPEN, ("GET", "/any"): ANY, ("GET", "/read"): READ, ("GET", "/thread"): ANY}
)


@pytest.fixture
def objects(tmp_path: Path) -> Iterator[Objects]:
    opened = Objects(tmp_path / "objects.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def counters() -> Counters:
    return Counters()


@pytest.fixture
def client(tmp_path: Path, objects: Objects, counters: Counters) -> Iterator[TestClient]:
    del objects  # it makes the file
    ring = KeyRing(tmp_path / "objects.sqlite")
    app = Starlette(routes=ROUTES)
    yield TestClient(
        Guard(app, Authenticator(ring, is_required=False), RULES, refuse_request, Admission(1000), counters)
    )
    ring.close()


def headers(objects: Objects, *scopes: Scope) -> dict[str, str]:
    key = objects.keys.create("k", scopes=frozenset(scopes), projects=frozenset({"p"}))[1]
    return {"authorization": f"Bearer {key}"}


def test_without_keys_everyone_does_everything(client: TestClient) -> None:
    assert client.get("/read").json()["projects"] == ["all"]


def test_an_endpoint_runs_for_the_bearer_of_the_key(client: TestClient, objects: Objects) -> None:
    given = headers(objects, Scope.READ)

    assert client.get("/read", headers=given).json() == {"scopes": ["read"], "projects": ["p"]}
    assert client.get("/thread", headers=given).json() == ["read"]


def test_without_a_key_the_way_to_get_in_is_told(client: TestClient, objects: Objects) -> None:
    headers(objects, Scope.READ)

    answer = client.get("/any")

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="otel-bridge"'
    assert "keys create" in answer.json()["message"]


def test_a_key_without_the_scope_is_told_which_one_it_takes(client: TestClient, objects: Objects) -> None:
    answer = client.get("/read", headers=headers(objects, Scope.INGEST))

    assert answer.status_code == 403
    assert answer.json()["message"] == "this needs a key with the scope read, and this one has ingest"


def test_any_key_will_do_where_no_scope_is_named(client: TestClient, objects: Objects) -> None:
    assert client.get("/any", headers=headers(objects, Scope.INGEST)).status_code == 200


def test_what_is_open_to_everyone_runs_for_nobody(client: TestClient, objects: Objects) -> None:
    headers(objects, Scope.READ)

    answer = client.get("/open").json()

    assert answer["scopes"] == []


def test_too_many_wrong_keys_are_told_when_to_come_back(client: TestClient, objects: Objects) -> None:
    headers(objects, Scope.READ)
    wrong = {"authorization": "Bearer wrong"}

    statuses = [client.get("/any", headers=wrong).status_code for _ in range(MAX_FAILURES + 1)]
    last = client.get("/any", headers=wrong)

    assert statuses == [401] * MAX_FAILURES + [429]
    assert 0 < int(last.headers["retry-after"]) <= 60


def test_who_was_refused_is_counted_by_the_reason(
    client: TestClient, objects: Objects, counters: Counters
) -> None:
    key = headers(objects, Scope.INGEST)
    for _ in range(MAX_FAILURES + 1):
        client.get("/any", headers={"authorization": "Bearer wrong"})
    client.get("/read", headers=key)

    assert counters.values(REFUSED_REQUESTS) == {
        ("http", "unauthenticated"): MAX_FAILURES,
        ("http", "rate_limited"): 1,
        ("http", "forbidden"): 1,
    }


def test_the_ring_is_read_only_through_the_header(client: TestClient, objects: Objects) -> None:
    given = headers(objects, Scope.READ)["authorization"].removeprefix("Bearer ")

    assert client.get("/read", params={"key": given, "api_key": given}).status_code == 401
