"""`/v1/insert`."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.rows import Asking


def test_rows_and_feedback_of_several_objects_are_kept(client: TestClient, example: Asking) -> None:
    dataset = client.post("/v1/dataset", json={"project_id": example.project_id, "name": "d"}).json()["id"]
    events, feedback = [{"id": "new", "input": 1}], [{"id": "new", "comment": "nice"}]
    body = {
        "project_logs": {example.project_id: {"events": events, "feedback": feedback}},
        "dataset": {dataset: {"events": [{"id": "record"}]}},
    }

    answer = client.post("/v1/insert", json=body)

    assert answer.json() == {
        "project_logs": {example.project_id: {"row_ids": ["new"]}},
        "dataset": {dataset: {"row_ids": ["record"]}},
    }
    query = {"query": "select: comments | from: project_logs('p') | filter: id = 'new'"}
    ((row,), (record,)) = (
        client.post("/btql", json=query).json()["data"],
        client.get(f"/v1/dataset/{dataset}/fetch").json()["events"],
    )
    assert (row["comments"][0]["comment"]["text"], record["id"]) == ("nice", "record")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({"dataset": {"nosuch": {"events": [{}]}}}, 404, id="object"),
        pytest.param({"dataset": []}, 400, id="kind"),
        pytest.param({"dataset": {"d": []}}, 400, id="member"),
        pytest.param({"project_logs": {"p": {"events": 5}}}, 400, id="events"),
    ],
)
def test_a_bad_request_is_refused(client: TestClient, body: dict[str, Any], status: int) -> None:
    assert client.post("/v1/insert", json=body).status_code == status
