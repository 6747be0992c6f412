"""Summaries of experiments and datasets over HTTP."""

from typing import Any

from starlette.testclient import TestClient

from tests.support.rows import Asking


def experiment(client: TestClient, example: Asking, name: str, score: float) -> str:
    made = client.post("/v1/experiment", json={"project_id": example.project_id, "name": name}).json()
    rows = {"events": [{"input": "case", "scores": {"s": score}}]}
    assert client.post(f"/v1/experiment/{made['id']}/insert", json=rows).status_code == 200
    return str(made["id"])


def summary(client: TestClient, experiment_id: str, **query: str) -> dict[str, Any]:
    answer: dict[str, Any] = client.get(f"/v1/experiment/{experiment_id}/summarize", params=query).json()
    return answer


def test_an_experiment_is_compared_with_the_one_before(client: TestClient, example: Asking) -> None:
    experiment(client, example, "one", 0)
    second = experiment(client, example, "two words", 1)

    answer = summary(client, second, summarize_scores="true")

    assert answer["comparison_experiment_name"] == "one"
    assert answer["scores"]["s"] == {"name": "s", "score": 1, "improvements": 1, "regressions": 0, "diff": 1}
    assert answer["experiment_url"].endswith("/app/local/p/p/experiments/two%20words")


def test_scores_are_summed_up_on_request_only(client: TestClient, example: Asking) -> None:
    assert "scores" not in summary(client, experiment(client, example, "one", 0))


def test_the_records_of_a_dataset_are_counted(client: TestClient, example: Asking) -> None:
    made = client.post("/v1/dataset", json={"project_id": example.project_id, "name": "d'"}).json()
    client.post(f"/v1/dataset/{made['id']}/insert", json={"events": [{"input": 1}, {"input": 2}]})

    answer = client.get(f"/v1/dataset/{made['id']}/summarize?summarize_data=true").json()

    assert answer["data_summary"] == {"total_records": 2}
    assert client.get(f"/dataset-summary?dataset_id={made['id']}").json() == {"total_records": 2}


def test_what_is_not_there_cannot_be_summed_up(client: TestClient) -> None:
    assert client.get("/v1/experiment/nosuch/summarize").status_code == 404
