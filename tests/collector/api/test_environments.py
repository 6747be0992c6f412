"""Which version an environment uses."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.rows import Asking


@pytest.fixture
def prompt(client: TestClient, example: Asking) -> dict[str, Any]:
    made = client.post(
        "/v1/prompt", json={"project_id": example.project_id, "name": "one", "slug": "p"}
    ).json()
    client.patch(f"/v1/prompt/{made['id']}", json={"name": "two"})
    return dict(made)


def use(client: TestClient, prompt: dict[str, Any]) -> str:
    path = f"/environment-object/prompt/{prompt['id']}/production"
    assert client.put(path, json={"object_version": prompt["_xact_id"]}).status_code == 200
    return path


def test_an_environment_finds_its_version_of_a_prompt(client: TestClient, prompt: dict[str, Any]) -> None:
    use(client, prompt)

    (found,) = client.get("/v1/prompt?slug=p&environment=production").json()["objects"]
    assert found["name"] == "one"
    assert client.get(f"/v1/prompt/{prompt['id']}?environment=production").json()["name"] == "one"


def test_an_environment_that_uses_none_finds_none(client: TestClient, prompt: dict[str, Any]) -> None:
    assert client.get("/v1/prompt?slug=p&environment=staging").json()["objects"] == []
    assert client.get(f"/v1/prompt/{prompt['id']}?environment=staging").status_code == 404


def test_a_version_is_replaced_listed_and_taken_away(client: TestClient, prompt: dict[str, Any]) -> None:
    path = use(client, prompt)
    client.put(path, json={"object_version": "7"})

    (listed,) = client.get(path.removesuffix("/production")).json()["objects"]
    assert (listed["environment_slug"], listed["object_version"]) == ("production", "7")
    assert client.delete(path).status_code == 200
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        pytest.param("PUT", "/environment-object/prompt/nosuch/x", {"object_version": "1"}, 404, id="object"),
        pytest.param("PUT", "/environment-object/project/{id}/x", {"object_version": "1"}, 404, id="type"),
        pytest.param("PUT", "/environment-object/prompt/{id}/x", {}, 400, id="no-version"),
        pytest.param("PUT", "/environment-object/prompt/{id}/x", {"object_version": "x"}, 400, id="version"),
    ],
)
def test_a_bad_request_is_refused(
    client: TestClient, prompt: dict[str, Any], method: str, path: str, body: dict[str, str], status: int
) -> None:
    assert client.request(method, path.replace("{id}", prompt["id"]), json=body).status_code == status


def test_environments_themselves_are_made_and_found_by_name(client: TestClient) -> None:
    made = client.post("/environment", json={"name": "Production", "slug": "production"}).json()

    assert client.get("/environment?name=Production").json()["objects"] == [made]
