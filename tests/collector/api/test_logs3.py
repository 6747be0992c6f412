"""`/logs3` and the way round for large batches."""

from starlette.testclient import TestClient

from tests.support.rows import Asking


def test_rows_are_kept_and_answered_with_their_ids(client: TestClient, example: Asking) -> None:
    rows = [{"id": "new", "project_id": example.project_id, "log_id": "g", "input": 1}]

    answer = client.post("/logs3", json={"rows": rows, "api_version": 2}).json()

    assert answer["ids"] == ["new"]
    assert int(answer["xact_id"]) > 0
    assert example.rows("select: input | filter: id = 'new'") == [{"input": 1}]


def test_a_row_that_cannot_be_kept_is_named(client: TestClient, example: Asking) -> None:
    rows = [{"id": "good", "project_id": example.project_id}, {"id": "bad", "project_id": 5}]

    answer = client.post("/logs3", json={"rows": rows}).json()

    assert answer["ids"] == ["good"]
    assert answer["refused"] == [{"index": 1, "id": "bad", "error": '"project_id" is a text, not a number'}]


def test_a_batch_without_a_good_row_is_refused(client: TestClient) -> None:
    response = client.post("/logs3", json={"rows": [{"id": "a"}]})

    assert response.status_code == 400
    assert "row 0 cannot be kept: it names no object" in response.json()["error"]


def test_a_large_batch_is_uploaded_first(client: TestClient, example: Asking) -> None:
    way = client.post("/logs3/overflow", json={"size_bytes": 1}).json()
    batch = {"rows": [{"id": "big", "project_id": example.project_id}]}
    client.put(way["signedUrl"], json=batch, headers=way["headers"])

    pointer = {"rows": {"type": "logs3_overflow", "key": way["key"], "size_bytes": 1}}
    answer, again = client.post("/logs3", json=pointer), client.post("/logs3", json=pointer)

    assert answer.json()["ids"] == ["big"]
    assert again.json() == answer.json()


def test_an_upload_that_nobody_asked_for_is_refused(client: TestClient) -> None:
    assert client.put("/logs3/overflow/guessed", content=b"{}").status_code == 404
    assert client.post("/logs3", json={"rows": {"type": "logs3_overflow", "key": "x"}}).status_code == 404
