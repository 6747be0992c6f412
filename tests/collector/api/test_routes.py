"""The routes of the API port."""

from importlib.metadata import version

from starlette.testclient import TestClient


def test_the_sidecar_says_its_version(client: TestClient) -> None:
    assert client.get("/version").json() == {
        "version": version("otel-bridge-collector"),
        "logs3_payload_max_bytes": 6 << 20,
    }
