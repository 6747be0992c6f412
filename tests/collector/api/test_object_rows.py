"""`/v1/project_logs/{id}/fetch`."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.rows import Asking


def fetch(client: TestClient, example: Asking, method: str, **fields: Any) -> dict[str, Any]:
    path = f"/v1/project_logs/{example.project_id}/fetch"
    response = client.post(path, json=fields) if method == "POST" else client.get(path, params=fields)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_rows_are_fetched_page_by_page(client: TestClient, example: Asking, method: str) -> None:
    first = fetch(client, example, method, limit=3)
    second = fetch(client, example, method, limit=3, cursor=first["cursor"])
    last = fetch(client, example, method, cursor=second["cursor"])

    assert [row["id"] for row in first["events"] + second["events"]] == ["e", "d", "c", "b", "a"]
    assert last == {"events": [], "cursor": None}


def test_a_fetch_needs_no_body(client: TestClient, example: Asking) -> None:
    answer = client.post(f"/v1/project_logs/{example.project_id}/fetch").json()

    assert [row["id"] for row in answer["events"]] == ["e", "d", "c", "b", "a"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        pytest.param("/v1/project_logs/nosuch/fetch", 404, "sourceNotFound", id="project"),
        pytest.param("/v1/project_logs/p/fetch?limit=-1", 400, "badLimit", id="limit"),
        pytest.param("/v1/project_logs/p/fetch?cursor=x", 400, "invalidCursor", id="cursor"),
        pytest.param("/v1/project_logs/p/fetch?max_xact_id=5", 400, "unsupported", id="unsupported"),
    ],
)
def test_a_bad_request_says_what_is_wrong(client: TestClient, path: str, status: int, code: str) -> None:
    response = client.get(path)

    assert (response.status_code, response.json()["code"]) == (status, code)


def test_a_limit_that_is_no_number_is_refused(client: TestClient) -> None:
    for limit in (True, "9" * 5_000):
        assert client.post("/v1/project_logs/p/fetch", json={"limit": limit}).status_code == 400


def test_rows_are_inserted_into_the_object_of_the_path(client: TestClient, example: Asking) -> None:
    event = {"id": "new", "input": 1, "project_id": "elsewhere", "log_id": "x"}

    answer = client.post(f"/v1/project_logs/{example.project_id}/insert", json={"events": [event]})

    assert answer.json() == {"row_ids": ["new"]}
    assert example.rows("select: project_id | filter: id = 'new'") == [{"project_id": example.project_id}]


def test_feedback_is_merged_over_its_row(client: TestClient, example: Asking) -> None:
    item = {"id": "a", "scores": {"thumbs": 1}, "comment": "nice", "metadata": {"by": "me"}, "source": "app"}

    answer = client.post(f"/v1/project_logs/{example.project_id}/feedback", json={"feedback": [item]})

    assert answer.json() == {"status": "success"}
    (row,) = example.rows("select: scores, comments, metadata | filter: id = 'a'")
    assert row["scores"] == {"Factuality": 0.9, "thumbs": 1}
    assert [comment["comment"] for comment in row["comments"]] == [{"text": "nice"}]  # type: ignore[union-attr, call-overload, index]
    assert "by" not in row["metadata"]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("insert", {}, 400),
        ("insert", {"events": [{"scores": "high"}]}, 400),
        ("feedback", {"feedback": [{"scores": {"s": 1}}]}, 400),
        ("feedback", {"feedback": [{"id": "a"}]}, 400),
    ],
)
def test_what_cannot_be_kept_is_refused(
    client: TestClient, example: Asking, path: str, body: dict[str, object], status: int
) -> None:
    response = client.post(f"/v1/project_logs/{example.project_id}/{path}", json=body)

    assert response.status_code == status


@pytest.mark.parametrize("kind", ["project_logs", "experiment", "dataset"])
def test_rows_for_an_object_that_is_not_there_are_refused(client: TestClient, kind: str) -> None:
    assert client.post(f"/v1/{kind}/nosuch/insert", json={"events": [{}]}).status_code == 404


def test_pages_hold_each_row_once_while_rows_arrive_and_change(client: TestClient, example: Asking) -> None:
    insert = f"/v1/project_logs/{example.project_id}/insert"
    first = fetch(client, example, "POST", limit=2)
    client.post(insert, json={"events": [{"id": "new"}, {"id": "e", "_is_merge": True, "output": "changed"}]})
    second = fetch(client, example, "POST", limit=2, cursor=first["cursor"])
    client.post(insert, json={"events": [{"id": "newer"}]})
    third = fetch(client, example, "POST", cursor=second["cursor"])

    assert [row["id"] for page in (first, second, third) for row in page["events"]] == [
        "e",
        "d",
        "c",
        "b",
        "a",
    ]
    assert [row["id"] for row in fetch(client, example, "POST")["events"]][:3] == ["newer", "new", "e"]


def test_rows_of_which_none_can_be_kept_are_all_named(client: TestClient, example: Asking) -> None:
    events = [{"id": "x", "scores": {"s": "high"}}, {"id": "y", "tags": "t"}]

    response = client.post(f"/v1/project_logs/{example.project_id}/insert", json={"events": events})

    assert (response.status_code, [each["id"] for each in response.json()["refused"]]) == (400, ["x", "y"])
    assert "something in it is not" in response.json()["error"]
