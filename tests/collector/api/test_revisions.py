"""Past states of rows, and prompts as rows, through `/btql`."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.rows import Asking


def btql(client: TestClient, query: str, **fields: Any) -> list[dict[str, Any]]:
    response = client.post("/btql", json={"query": query, **fields})
    assert response.status_code == 200, response.text
    return list(response.json()["data"])


@pytest.fixture
def prompt(client: TestClient, example: Asking) -> dict[str, Any]:
    fields = {
        "project_id": example.project_id,
        "name": "one",
        "slug": "p",
        "prompt_data": {"options": {"model": "m"}},
    }
    made = client.post("/v1/prompt", json=fields).json()
    client.patch(f"/v1/prompt/{made['id']}", json={"name": "two"})
    return dict(made)


def test_prompts_of_a_project_are_rows(client: TestClient, prompt: dict[str, Any]) -> None:
    (row,) = btql(client, "select: * | from: project_prompts('p') | filter: slug = 'p'")
    (model,) = btql(client, f"select: prompt_data.options.model as m, name | from: prompt('{prompt['id']}')")

    assert (row["name"], row["prompt_data"]) == ("two", {"options": {"model": "m"}})
    assert model == {"m": "m", "name": "two"}


def test_the_states_of_a_prompt_are_rows_of_the_audit_log(client: TestClient, prompt: dict[str, Any]) -> None:
    client.delete(f"/v1/prompt/{prompt['id']}")

    rows = btql(client, "select: * | from: project_prompts('p')", audit_log=True)

    assert [(row["name"], row["audit_data"]["action"]) for row in rows] == [
        ("two", "delete"),
        ("two", "merge"),
        ("one", "upsert"),
    ]
    assert btql(client, "select: * | from: project_prompts('p')") == []


def test_a_past_state_of_a_prompt_is_read(client: TestClient, prompt: dict[str, Any]) -> None:
    (row,) = btql(client, "select: name | from: project_prompts('p')", version=prompt["_xact_id"])

    assert row == {"name": "one"}


def test_every_state_of_a_record_is_a_row_of_the_audit_log(client: TestClient, example: Asking) -> None:
    made = client.post("/v1/dataset", json={"project_id": example.project_id, "name": "d"}).json()
    for event in ({"input": 1}, {"input": 2, "_is_merge": True}):
        client.post(f"/v1/dataset/{made['id']}/insert", json={"events": [{"id": "a", **event}]})

    rows = btql(client, "select: * | from: dataset('d')", audit_log=True)
    (counted,) = btql(client, "measures: count(1) as n | from: dataset('d')", audit_log=True)

    assert [(row["input"], row["audit_data"]) for row in rows] == [
        (2, {"action": "merge"}),
        (1, {"action": "upsert"}),
    ]
    assert counted == {"n": 2}


def test_logs_have_no_past_states_and_the_answer_says_so(client: TestClient) -> None:
    answer = client.post(
        "/btql", json={"query": "select: id | from: project_logs('p')", "audit_log": True}
    ).json()

    assert [row["id"] for row in answer["data"]] == ["e", "d", "c", "b", "a"]
    assert [warning["code"] for warning in answer["warnings"]][-1:] == ["auditLogUnavailable"]
