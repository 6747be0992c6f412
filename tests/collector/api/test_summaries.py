"""Summaries of experiments and datasets over HTTP."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from otel_bridge.contract.row import Json
from tests.support.rows import Asking


def experiment(client: TestClient, example: Asking, name: str, score: float, *, rows: bool = True) -> str:
    made = client.post(
        "/v1/experiment", json={"project_id": example.project_id, "name": name, "ensure_new": True}
    ).json()
    events: Json = [{"input": "case", "scores": {"s": score}}] if rows else []
    assert client.post(f"/v1/experiment/{made['id']}/insert", json={"events": events}).status_code == 200
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


def test_a_project_may_name_what_its_experiments_are_compared_with(
    client: TestClient, example: Asking
) -> None:
    golden, _, last = (experiment(client, example, name, 0.5) for name in ("golden", "between", "last"))
    settings = {"settings": {"baseline_experiment_id": golden}}
    client.patch(f"/v1/project/{example.project_id}", json=settings)

    compared = [
        summary(client, each, summarize_scores="true")["comparison_experiment_name"]
        for each in (last, golden)
    ]

    assert compared[0] == client.get(f"/v1/experiment/{golden}").json()["name"]
    assert compared[1] != compared[0]


@pytest.mark.parametrize(
    ("key", "diff"),
    [
        pytest.param("input.question", 1, id="path"),
        pytest.param("[lower(input.question), metadata.language]", 1, id="several"),
        pytest.param("[input.question, input.turn]", 0, id="nothing-alike"),
        pytest.param("metadata.nosuch", 0, id="null-is-none"),
        pytest.param("count(1)", 0, id="aggregate"),
        pytest.param("input.question)", 0, id="no-expression"),
        pytest.param(5, 0, id="number"),
        pytest.param(None, 0, id="none"),
    ],
)
def test_cases_are_known_by_the_key_of_the_project(
    client: TestClient, example: Asking, key: Json, diff: float
) -> None:
    settings = {"settings": {"comparison_key": key}}
    assert client.patch(f"/v1/project/{example.project_id}", json=settings).status_code == 200
    base, other = (experiment(client, example, name, 0, rows=False) for name in ("base", "other"))
    for turn, experiment_id in enumerate((base, other)):
        row = {
            "input": {"question": "a?", "turn": turn},
            "metadata": {"language": "en"},
            "scores": {"s": turn},
        }
        client.post(f"/v1/experiment/{experiment_id}/insert", json={"events": [row]})

    answer = summary(client, other, summarize_scores="true", comparison_experiment_id=base)

    assert (answer["scores"]["s"]["diff"], answer["scores"]["s"]["improvements"]) == (diff, diff)


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
