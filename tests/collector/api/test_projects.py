"""`/v1/project`."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.rows import Asking


def names(client: TestClient, **parameters: Any) -> list[str]:
    response = client.get("/v1/project", params=parameters)
    assert response.status_code == 200, response.text
    return [project["name"] for project in response.json()["objects"]]


def test_a_project_is_made_once_and_returned(client: TestClient, example: Asking) -> None:
    made = client.post("/v1/project", json={"name": "new", "org_name": None})
    again = client.post("/v1/project", json={"name": "new"})

    assert made.status_code == 200
    assert made.json() == again.json()
    assert made.json() == {
        "id": made.json()["id"],
        "org_id": example.objects.org_id,
        "name": "new",
        "description": None,
        "created": made.json()["created"],
        "deleted_at": None,
        "user_id": None,
        "settings": None,
    }


def test_projects_are_listed_newest_first(client: TestClient, example: Asking) -> None:
    second = example.objects.create_project("q")
    example.objects.create_project("r")

    assert names(client) == ["r", "q", "p"]
    assert names(client, project_name="q") == ["q"]
    assert names(client, ids=[second.id, example.project_id]) == ["q", "p"]
    assert names(client, starting_after=second.id) == ["p"]
    assert names(client, starting_after="nosuch") == []
    assert names(client, limit=2) == ["r", "q"]


def test_a_project_is_found_by_its_id(client: TestClient, example: Asking) -> None:
    assert client.get(f"/v1/project/{example.project_id}").json()["name"] == "p"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param("GET", "/v1/project/nosuch", 404, id="unknown"),
        pytest.param("GET", "/v1/project?limit=x", 400, id="limit"),
        pytest.param("POST", "/v1/project", 400, id="no-name"),
    ],
)
def test_a_bad_request_says_what_is_wrong(client: TestClient, method: str, path: str, status: int) -> None:
    response = client.request(method, path, json={"name": ""} if method == "POST" else None)

    assert (response.status_code, bool(response.json()["Message"])) == (status, True)


def test_a_project_is_described_and_set_up(client: TestClient, example: Asking) -> None:
    path = f"/v1/project/{example.project_id}"
    client.patch(path, json={"description": "d", "settings": {"a": {"b": 1}}})
    client.patch(path, json={"settings": {"a": {"c": 2}}})

    found = client.get(path).json()
    assert (found["description"], found["settings"]) == ("d", {"a": {"b": 1, "c": 2}})


@pytest.mark.parametrize("fields", [{"description": 5}, {"settings": []}], ids=["description", "settings"])
def test_fields_of_a_wrong_type_are_refused(
    client: TestClient, example: Asking, fields: dict[str, Any]
) -> None:
    assert client.patch(f"/v1/project/{example.project_id}", json=fields).status_code == 400
