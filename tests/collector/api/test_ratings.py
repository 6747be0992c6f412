"""What a row shows of the scores that several raters gave."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.rows import Asking


def rate(client: TestClient, example: Asking, *scores: float) -> None:
    for number, score in enumerate(scores):
        feedback = [{"id": "a", "scores": {"thumbs": score}, "metadata": {"by": number}}]
        path = f"/v1/project_logs/{example.project_id}/feedback"
        assert client.post(path, json={"feedback": feedback}).status_code == 200


def choose(client: TestClient, example: Asking, how: str) -> None:
    settings = {"settings": {"feedback_scores": how}}
    assert client.patch(f"/v1/project/{example.project_id}", json=settings).status_code == 200


def row(client: TestClient) -> dict[str, Any]:
    query = "select: scores, audit_data | from: project_logs('p') | filter: id = 'a'"
    (found,) = client.post("/btql", json={"query": query}).json()["data"]
    return dict(found)


def test_a_row_shows_the_last_score_and_keeps_every_one(client: TestClient, example: Asking) -> None:
    rate(client, example, 1, 0.5, 0)

    found = row(client)
    given = [(each["audit_data"]["scores"], each["metadata"]) for each in found["audit_data"][1:]]
    assert found["scores"] == {"Factuality": 0.9, "thumbs": 0}
    assert given == [({"thumbs": 1}, {"by": 0}), ({"thumbs": 0.5}, {"by": 1}), ({"thumbs": 0}, {"by": 2})]


def test_a_project_can_show_the_mean(client: TestClient, example: Asking) -> None:
    choose(client, example, "mean")
    rate(client, example, 1, 0.5, 0)

    assert row(client)["scores"] == {"Factuality": 0.9, "thumbs": 0.5}


@pytest.mark.parametrize(("hows", "shown"), [(["mean"], 0.5), (["mean", "last"], 0)], ids=["mean", "last"])
def test_rows_that_are_there_follow_the_setting(
    client: TestClient, example: Asking, hows: list[str], shown: float
) -> None:
    rate(client, example, 1, 0)

    for how in hows:
        choose(client, example, how)

    assert row(client)["scores"]["thumbs"] == shown


def test_a_setting_that_does_not_exist_is_refused(client: TestClient, example: Asking) -> None:
    settings = {"settings": {"feedback_scores": "median"}}

    assert client.patch(f"/v1/project/{example.project_id}", json=settings).status_code == 400


def test_a_past_state_shows_the_mean_too(client: TestClient, example: Asking) -> None:
    choose(client, example, "mean")
    made = client.post("/v1/experiment", json={"project_id": example.project_id, "name": "e"}).json()
    path = f"/v1/experiment/{made['id']}"
    client.post(f"{path}/insert", json={"events": [{"id": "r", "input": 1}]})
    for score in (1, 0):
        client.post(f"{path}/feedback", json={"feedback": [{"id": "r", "scores": {"s": score}}]})
    version = client.get("/xact-id").text
    client.post(f"{path}/feedback", json={"feedback": [{"id": "r", "scores": {"s": 0.8}}]})

    (then,) = client.post(f"{path}/fetch", json={"version": version}).json()["events"]

    assert then["scores"] == {"s": 0.5}
