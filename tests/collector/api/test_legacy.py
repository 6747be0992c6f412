"""What older SDKs and JavaScript ask for."""

from typing import Any

import pytest
from starlette.testclient import TestClient


def register(client: TestClient, **fields: Any) -> dict[str, Any]:
    response = client.post("/api/experiment/register", json={"project_name": "p", **fields})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def test_an_experiment_is_registered_with_its_project(client: TestClient) -> None:
    answer = register(client, experiment_name="e", project_id=None, update=None)

    assert (answer["project"]["name"], answer["experiment"]["name"]) == ("p", "e")


def test_update_reopens_an_experiment(client: TestClient) -> None:
    first = register(client, experiment_name="e")["experiment"]["id"]

    assert register(client, experiment_name="e")["experiment"]["id"] != first
    assert register(client, experiment_name="other", update=True)["experiment"]["name"] == "other"


def test_experiments_are_found_as_a_bare_list(client: TestClient) -> None:
    made = register(client, experiment_name="e")["experiment"]

    found = client.post("/api/experiment/get", json={"project_name": "p", "experiment_name": "e"})
    none = client.post("/api/experiment/get", json={"project_name": "nosuch", "experiment_name": "e"})

    assert [each["id"] for each in found.json()] == [made["id"]]
    assert none.json() == []


def test_the_base_is_the_one_that_was_named(client: TestClient) -> None:
    base = register(client, experiment_name="base")["experiment"]
    register(client, experiment_name="decoy")
    made = register(client, experiment_name="e", base_experiment="base")["experiment"]

    answer = client.post("/api/base_experiment/get_id", json={"id": made["id"]}).json()

    assert answer == {"id": made["id"], "base_exp_id": base["id"], "base_exp_name": "base"}


def test_without_a_base_the_answer_is_400(client: TestClient) -> None:
    made = register(client, experiment_name="only")["experiment"]

    assert client.post("/api/base_experiment/get_id", json={"id": made["id"]}).status_code == 400


def test_a_dataset_is_registered_once(client: TestClient) -> None:
    bodies = [{"project_name": "new", "dataset_name": "d"}, {"project_name": "new", "dataset_name": "d"}]
    first, second = (client.post("/api/dataset/register", json=body).json() for body in bodies)

    assert first == second
    assert (first["project"]["name"], first["dataset"]["name"]) == ("new", "d")


def test_a_body_without_a_project_is_refused(client: TestClient) -> None:
    assert client.post("/api/dataset/register", json={"dataset_name": "d"}).status_code == 404


@pytest.mark.parametrize(
    ("if_exists", "status", "content"),
    [("error", 409, {"n": 1}), ("ignore", 200, {"n": 1}), ("replace", 200, {"n": 2}), ("x", 400, {"n": 1})],
)
def test_where_a_slug_is_taken_if_exists_decides(
    client: TestClient, if_exists: str, status: int, content: dict[str, int]
) -> None:
    project = client.post("/v1/project", json={"name": "p"}).json()["id"]
    prompt = {"project_id": project, "name": "P", "slug": "p", "function_data": {"type": "prompt"}}
    client.post("/insert-functions", json={"functions": [{**prompt, "prompt_data": {"n": 1}}]})

    second = {**prompt, "prompt_data": {"n": 2}, "if_exists": if_exists}
    response = client.post("/insert-functions", json={"functions": [second]})

    assert response.status_code == status
    (found,) = client.get("/v1/prompt", params={"slug": "p"}).json()["objects"]
    assert found["prompt_data"] == content
