"""The table of operations."""

from collections import Counter
from typing import Any, Final

import pytest
from starlette.testclient import TestClient

METHODS: Final = ("get", "post", "put", "patch", "delete")


@pytest.fixture
def described(client: TestClient) -> list[dict[str, Any]]:
    paths = client.get("/openapi.json").json()["paths"]
    return [operation for path in paths.values() for operation in path.values()]


def test_every_operation_says_what_it_does(described: list[dict[str, Any]]) -> None:
    assert [each["operationId"] for each in described if len(each["summary"]) < 5] == []


def test_operations_have_names_of_their_own(described: list[dict[str, Any]]) -> None:
    assert [
        name for name, count in Counter(each["operationId"] for each in described).items() if count > 1
    ] == []


def test_what_writes_objects_says_which_fields_they_need(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    required = {
        path: set(paths[path]["post"]["requestBody"]["content"]["application/json"]["schema"]["required"])
        for path in ("/v1/prompt", "/v1/experiment", "/environment")
    }

    assert required == {
        "/v1/prompt": {"project_id", "name", "slug"},
        "/v1/experiment": {"project_id"},
        "/environment": {"name", "slug"},
    }
