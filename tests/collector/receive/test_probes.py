"""The probes of an HTTP port."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from otel_bridge_collector.health import Health
from otel_bridge_collector.receive.probes import PROBES, Probes


@pytest.fixture
def health() -> Health:
    health = Health()
    health.phase = "serving"
    return health


@pytest.fixture
def client(health: Health) -> TestClient:
    return TestClient(Starlette(routes=[*Probes(health).routes()]))


@pytest.mark.parametrize("path", sorted(PROBES))
def test_all_is_well(client: TestClient, path: str) -> None:
    response = client.get(path)

    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert client.head(path).status_code == 200


def test_a_sidecar_that_takes_no_traffic_says_why(client: TestClient, health: Health) -> None:
    health.add_ready("spool", lambda: "it is full")

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "reasons": {"spool": "it is full"}}
    assert response.headers["cache-control"] == "no-store"


def test_a_sidecar_that_takes_no_traffic_is_not_started_anew(client: TestClient, health: Health) -> None:
    health.add_ready("spool", lambda: "it is full")

    assert [client.get(path).status_code for path in ("/livez", "/healthz")] == [200, 200]


def test_a_part_that_has_ended_is_told(client: TestClient, health: Health) -> None:
    health.add_live("delivery", lambda: "it has ended")

    assert [client.get(path).status_code for path in ("/livez", "/healthz", "/readyz")] == [503, 503, 503]
