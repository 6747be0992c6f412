"""Experiments, datasets, prompts and the like over HTTP."""

from typing import Any

import pytest
from braintrust.xact_ids import prettify_xact
from starlette.testclient import TestClient

from tests.support.rows import Asking


@pytest.fixture
def project(example: Asking) -> str:
    return example.project_id


def make(client: TestClient, kind: str, project: str, **fields: Any) -> dict[str, Any]:
    response = client.post(f"/v1/{kind}", json={"project_id": project, **fields})
    assert response.status_code == 200, response.text
    made: dict[str, Any] = response.json()
    return made


def test_an_object_is_made_once_by_its_name(client: TestClient, project: str) -> None:
    first = make(client, "experiment", project, name="e", metadata={"a": 1})

    assert make(client, "experiment", project, name="e") == first
    assert client.get(f"/v1/experiment/{first['id']}").json() == first


def test_a_taken_name_gets_a_suffix_where_a_new_object_is_wanted(client: TestClient, project: str) -> None:
    first = make(client, "experiment", project, name="e")
    second = make(client, "experiment", project, name="e", ensure_new=True)

    assert second["id"] != first["id"]
    assert second["name"].startswith("e-")


def test_an_experiment_names_itself(client: TestClient, project: str) -> None:
    assert make(client, "experiment", project)["name"].startswith("experiment-")


def test_lists_are_newest_first_and_filtered(client: TestClient, project: str) -> None:
    ids = [make(client, "dataset", project, name=name)["id"] for name in ("a", "b", "c")]

    def listed(**query: str) -> list[str]:
        return [each["id"] for each in client.get("/v1/dataset", params=query).json()["objects"]]

    assert listed(project_id=project) == ids[::-1]
    assert listed(project_name="p", dataset_name="b") == [ids[1]]
    assert listed(limit="1", starting_after=ids[2]) == [ids[1]]
    assert listed(project_name="nosuch") == []


def test_scores_and_views_are_listed_by_their_types(client: TestClient, project: str) -> None:
    for score_type in ("slider", "categorical", "free-form"):
        score = {"project_id": project, "name": score_type, "score_type": score_type}
        client.post("/v1/project_score", json=score)
    for view_type in ("logs", "monitor"):
        view = {"object_type": "project", "object_id": project, "name": view_type, "view_type": view_type}
        client.post("/v1/view", json=view)

    scores = client.get("/v1/project_score?score_type=slider&score_type=free-form").json()["objects"]
    views = client.get("/v1/view?view_type=logs").json()["objects"]

    assert [each["name"] for each in scores] == ["free-form", "slider"]
    assert [each["name"] for each in views] == ["logs"]


def test_a_change_merges_objects(client: TestClient, project: str) -> None:
    made = make(client, "dataset", project, name="d", metadata={"a": 1, "b": {"c": 2}})

    changed = client.patch(f"/v1/dataset/{made['id']}", json={"metadata": {"b": {"d": 3}}}).json()

    assert changed["metadata"] == {"a": 1, "b": {"c": 2, "d": 3}}


def test_put_replaces_what_post_leaves(client: TestClient, project: str) -> None:
    fields = {"name": "P", "slug": "p", "project_id": project}
    make(client, "prompt", project, name="P", slug="p", prompt_data={"n": 1}, description="d")

    assert client.post("/v1/prompt", json={**fields, "prompt_data": {"n": 2}}).json()["prompt_data"] == {
        "n": 1
    }
    replaced = client.put("/v1/prompt", json={**fields, "prompt_data": {"n": 2}}).json()
    assert (replaced["prompt_data"], replaced["description"]) == ({"n": 2}, None)


def test_a_past_version_is_read_by_its_transaction_or_its_printed_form(
    client: TestClient, project: str
) -> None:
    made = make(client, "prompt", project, name="P", slug="p", prompt_data={"n": 1})
    client.patch(f"/v1/prompt/{made['id']}", json={"prompt_data": {"n": 2}})

    for version in (made["_xact_id"], prettify_xact(made["_xact_id"])):
        found = client.get(f"/v1/prompt/{made['id']}", params={"version": version}).json()
        assert found["prompt_data"] == {"n": 1}
        (listed,) = client.get("/v1/prompt", params={"slug": "p", "version": version}).json()["objects"]
        assert listed["prompt_data"] == {"n": 1}


def test_a_version_before_the_first_is_not_there(client: TestClient, project: str) -> None:
    made = make(client, "prompt", project, name="P", slug="p")

    assert client.get(f"/v1/prompt/{made['id']}?version=1").status_code == 404


def test_a_deleted_object_is_gone(client: TestClient, project: str) -> None:
    made = make(client, "dataset", project, name="d")

    assert client.delete(f"/v1/dataset/{made['id']}").json()["deleted_at"] is not None
    assert client.get(f"/v1/dataset/{made['id']}").status_code == 404


def test_an_object_of_another_kind_is_not_found(client: TestClient, project: str) -> None:
    made = make(client, "dataset", project, name="d")

    assert client.get(f"/v1/experiment/{made['id']}").status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"name": "d"}, 400, 'the body has no "project_id"'),
        ({"name": "d", "project_id": "nosuch"}, 404, 'there is no project "nosuch"'),
        ({"project_id": "P"}, 400, 'the body has no "name"'),
        (
            {"project_id": "P", "name": "d", "metadata": []},
            400,
            '"metadata" has the wrong type, expected an object',
        ),
    ],
)
def test_a_bad_body_is_named(
    client: TestClient, project: str, body: dict[str, Any], status: int, error: str
) -> None:
    given = {**body, "project_id": project} if body.get("project_id") == "P" else body

    response = client.post("/v1/dataset", json=given)

    assert (response.status_code, response.json()["error"]) == (status, error)
