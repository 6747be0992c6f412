"""Snapshots of datasets, and going back to a version."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.rows import Asking


@pytest.fixture
def dataset(client: TestClient, example: Asking) -> str:
    made = client.post("/v1/dataset", json={"project_id": example.project_id, "name": "d"}).json()
    return str(made["id"])


def insert(client: TestClient, dataset: str, *records: dict[str, Any]) -> None:
    assert client.post(f"/v1/dataset/{dataset}/insert", json={"events": records}).status_code == 200


def inputs(client: TestClient, dataset: str, **body: Any) -> dict[str, Any]:
    answer = client.post(f"/v1/dataset/{dataset}/fetch", json=body).json()
    return {record["id"]: record["input"] for record in answer["events"]}


def register(client: TestClient, dataset: str, **fields: Any) -> dict[str, Any]:
    body = {
        "dataset_id": dataset,
        "dataset_snapshot_name": "s",
        "xact_id": client.get("/xact-id").text,
        **fields,
    }
    return dict(client.post("/api/dataset_snapshot/register", json=body).json())


def test_a_version_is_read_while_the_dataset_goes_on(client: TestClient, dataset: str) -> None:
    insert(client, dataset, {"id": "a", "input": 1})
    version = client.get("/xact-id").text
    insert(client, dataset, {"id": "a", "input": 2}, {"id": "b", "input": 3})

    assert inputs(client, dataset, version=version) == {"a": 1}
    assert inputs(client, dataset) == {"a": 2, "b": 3}


def test_a_snapshot_is_found_by_name_and_by_version(client: TestClient, dataset: str) -> None:
    made = register(client, dataset)["dataset_snapshot"]

    for chosen in ({"name": "s"}, {"xact_id": made["xact_id"]}, {}):
        assert client.post("/api/dataset_snapshot/get", json={"dataset_id": dataset, **chosen}).json() == [
            made
        ]
    assert client.post("/api/dataset_snapshot/get", json={"dataset_id": dataset, "xact_id": "1"}).json() == []


def test_a_snapshot_stays_where_it_is_unless_it_is_moved(client: TestClient, dataset: str) -> None:
    first = register(client, dataset)["dataset_snapshot"]

    again = register(client, dataset)
    moved = register(client, dataset, update=True)

    assert (again["dataset_snapshot"], again["found_existing"]) == (first, True)
    assert moved["dataset_snapshot"]["xact_id"] > first["xact_id"]


def test_a_snapshot_is_renamed_and_deleted(client: TestClient, dataset: str) -> None:
    made = register(client, dataset)["dataset_snapshot"]

    renamed = client.post("/api/dataset_snapshot/patch_id", json={"id": made["id"], "name": "t"}).json()
    client.post("/api/dataset_snapshot/delete_id", json={"id": made["id"]})

    assert renamed == {**made, "name": "t"}
    assert client.post("/api/dataset_snapshot/get", json={"dataset_id": dataset}).json() == []


def test_a_dataset_goes_back_to_a_version(client: TestClient, dataset: str) -> None:
    insert(client, dataset, {"id": "a", "input": 1}, {"id": "same", "input": 0})
    version = client.get("/xact-id").text
    insert(client, dataset, {"id": "a", "input": 2}, {"id": "b", "input": 3})
    path = f"/v1/dataset/{dataset}/restore"

    preview = client.post(f"{path}/preview", json={"version": version}).json()
    restored = client.post(path, json={"version": version}).json()

    assert preview == {"rows_to_restore": 1, "rows_to_delete": 1}
    assert (restored["rows_restored"], restored["rows_deleted"]) == (1, 1)
    assert inputs(client, dataset) == {"a": 1, "same": 0}


def test_going_back_to_what_is_there_writes_nothing(client: TestClient, dataset: str) -> None:
    insert(client, dataset, {"id": "a", "input": 1})

    restored = client.post(f"/v1/dataset/{dataset}/restore", json={"version": client.get("/xact-id").text})

    assert restored.json() == {"xact_id": None, "rows_restored": 0, "rows_deleted": 0}
    assert client.post(f"/v1/dataset/{dataset}/restore", json={}).status_code == 400
